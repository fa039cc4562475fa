import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { wholeSite } from '../../platform/scope.ts';

describe('refusals while another connection writes', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  beforeAll(async () => {
    site = await openAppliance();
  });
  afterAll(() => site.stop());

  const refuse = (from: number): void => {
    expect(() => site.devices.authenticate(undefined, `10.${from >> 16}.${(from >> 8) & 255}.${from & 255}`)).toThrow();
  };
  const eventsOf = (type: 'certificate-refused' | 'enrolment-refused' | 'refusals-dropped') =>
    site.events.list({ scope: wholeSite('job'), type: [type], limit: 500 }).rows;

  it('are kept up to a thousand, and of the rest the number, also where a batch was not written and waits again', () => {
    const other = new BetterSqlite3(join(site.dataDir, 'state.db'));
    other.exec('begin immediate');
    for (let n = 0; n < 700; n += 1) refuse(n);
    const batch = site.devices.takeNotes();
    expect(batch?.events).toHaveLength(700);
    for (let n = 700; n < 1_900; n += 1) refuse(n);
    site.devices.notesWritten(false);
    other.exec('rollback');
    other.close();
    site.devices.flush();
    expect(eventsOf('refusals-dropped').map(({ params }) => params)).toEqual([{ count: 900 }]);
  });
});
