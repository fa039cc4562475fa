import { join } from 'node:path';
import { drawTrust } from '@sallyport/bundle-tools/host/trust-drawing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { examine } from '../../doctor.ts';
import { wholeSite } from '../../platform/scope.ts';
import { keyDates, keyDateText, noteKeyDates, trustRoles } from './key-dates.ts';
import { exchangeStore } from './store.ts';

const dayMs = 86_400_000;

describe('key dates', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let host: TestHost;
  const store = () => exchangeStore(site.db);
  const at = (role: string, days: number): number => {
    const expires = site.exchange.state().trust?.roles.find((held) => held.role === role)?.expires ?? '';
    return Date.parse(expires) - days * dayMs;
  };
  const rolesAt = (ms: number) => keyDates(store(), ms).map(({ role, limitDays }) => `${role} ${limitDays}`);

  beforeAll(async () => {
    site = await openAppliance();
    host = makeHost(join(site.folder, 'host'));
    await host.publish();
    expect(site.exchange.trustRoles()).toBeUndefined();
    expect(site.exchange.keyDates()).toEqual([]);
    const file = await host.trustFile(join(site.folder, 'introduction'));
    await site.exchange.importTrust(admin, file, host.rootFingerprint);
  });
  afterAll(() => site.stop());

  it('are quiet while everything is good for long', () => {
    expect(site.exchange.keyDates()).toEqual([]);
    expect(site.exchange.noteKeyDates()).toBe(0);
  });

  it.each([
    ['timestamp', 22, undefined],
    ['timestamp', 20.5, 21],
    ['timestamp', 6.5, 7],
    ['timestamp', -1, 0],
    ['targets', 60.5, undefined],
    ['targets', 59.5, 60],
    ['snapshot', 29.5, 30],
    ['root', 180.5, undefined],
    ['root', 179.5, 180],
    ['root', 89.5, 90],
    ['root', -0.5, 0],
  ])('speak of %s with %s days left at step %s', (role, days, limit) => {
    const said = rolesAt(at(role, days)).filter((line) => line.startsWith(role));
    expect(said).toEqual(limit === undefined ? [] : [`${role} ${limit}`]);
  });

  it('become one event per file and step, not one a day', () => {
    const day = (days: number) => noteKeyDates(site.events, keyDates(store(), at('timestamp', days)));
    expect([20.5, 19.5, 18.5].map(day)).toEqual([1, 0, 0]);
    expect([6.5, 5.5].map(day)).toEqual([1, 0]);
    expect([-1, -2].map(day)).toEqual([1, 0]);
    const events = site.events.list({ scope: wholeSite('job'), type: ['key-expires-soon'], limit: 10 }).rows;
    expect(events.map(({ params }) => params['limitDays'])).toEqual([0, 7, 21]);
    expect(events.map(({ severity }) => severity)).toEqual(['warning', 'warning', 'warning']);
  });

  it('are read by doctor as warnings, which fail nothing', async () => {
    const dates = keyDates(store(), at('root', 100));
    const appliance = { ...site, exchange: { ...site.exchange, keyDates: () => dates } };
    const found = (await examine(appliance)).filter(({ check }) => check === 'key dates');
    expect(found.map(({ severity }) => severity)).toEqual(dates.map(() => 'warning'));
    expect(found.some(({ detail }) => detail.includes('KEY_EXPIRES_SOON: root 1 expires in 100 days'))).toBe(true);
    expect(keyDateText({ ...dates[0]!, daysLeft: -3 })).toContain('expired at');
  });

  it('stand in the drawing of who holds what', () => {
    const lines = drawTrust(trustRoles(store(), at('root', 100)) ?? []);
    expect(lines[0]).toMatch(/^root 1 +\d of \d +█+░+ +100 days, until \d{4}-\d\d-\d\d$/);
    for (const role of ['targets', 'snapshot', 'timestamp', 'fulfil'])
      expect(lines.filter((line) => line.includes(`─ ${role}`))).toHaveLength(1);
    const expired = drawTrust(trustRoles(store(), at('timestamp', -2)) ?? []).find((line) =>
      line.includes('timestamp'),
    );
    expect(expired).toContain('░'.repeat(20));
    expect(expired).toContain('expired');
  });
});
