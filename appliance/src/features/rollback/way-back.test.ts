import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialised } from '../../../test/support/initialised.ts';
import { layCopy } from '../../../test/support/made-once.ts';
import { type Appliance, compose } from '../../compose.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { openDatabase } from '../../platform/database.ts';
import { openKeyring } from '../../platform/keyring.ts';
import { openLog } from '../../platform/log.ts';
import { createBackup } from '../backups/make-backup.ts';
import { parseRecoveryKey, restoreBackup } from '../backups/restore.ts';
import { nameReturn } from './named-return.ts';

// Tokens after an upgrade that puts its own database of before back. With real releases: test/integration/upgrade.test.ts.

const log = openLog('silent');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-way-back-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [base, at, kept, backup] = ['base', 'site', 'kept.db', 'kept.spb'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string,
];
let recoveryKey = '';
const ids: Record<'plain' | 'counted' | 'role', string> = { plain: '', counted: '', role: '' };

const opened = async <T>(work: (appliance: Appliance) => T | Promise<T>, dataDir = at): Promise<T> => {
  const appliance = await compose({ dataDir, log });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};
const token = (name: string, rest: { uses?: number } = {}) => ({
  name,
  purpose: 'agent' as const,
  hash: Buffer.from(name).toString('hex').padEnd(64, '0'),
  ...rest,
});
/** The database of before, as who runs an upgrade puts it back. */
const putBack = async (isOwn: boolean): Promise<void> => {
  for (const name of readdirSync(at)) if (name.startsWith('state.db')) rmSync(join(at, name));
  copyFileSync(kept, join(at, 'state.db'));
  const db = openDatabase(join(at, 'state.db'));
  nameReturn(db, await openKeyring(join(at, 'keys')), 'pre-0.9.0', isOwn);
  db.close();
};
/** By name: tokens of one millisecond have no order. */
const waiting = ({ tokens }: Appliance['rollbackDetector']): string[] =>
  tokens
    .list()
    .map(({ name }) => name)
    .sort();
const afterReturn = (dataDir = at) =>
  opened(({ rollbackDetector }) => {
    const [back] = rollbackDetector.returns();
    return { goesOn: back?.tokensGoOn === true, waits: waiting(rollbackDetector), back };
  }, dataDir);
const nothing = (): undefined => undefined;

beforeAll(async () => {
  const listen = { address: '127.0.0.1', port: 0 };
  const site = { dataDir: at, site: 'plant-7', addresses: ['localhost'], listen, administrator: 'admin', log };
  recoveryKey = (await initialised(site)).recoveryKey;
  await opened(async (appliance) => {
    const { db, objects } = appliance;
    ids.role = objects.create(systemActor, 'role', { name: 'Night', rights: ['events:read'] }).id;
    ids.plain = objects.create(systemActor, 'token', token('plain')).id;
    ids.counted = objects.create(systemActor, 'token', token('counted', { uses: 3 })).id;
    await db.backup(kept);
    await createBackup(appliance, backup);
  });
  layCopy(at, base);
});

describe('tokens after an upgrade that went back by itself', () => {
  /** What happens in the time that is lost, after an entry of the journal. */
  const lose = async (work: (appliance: Appliance) => unknown): Promise<void> => {
    rmSync(at, { recursive: true, force: true });
    layCopy(base, at);
    await opened((appliance) => {
      const params = { from: '0.3.0', to: '0.9.0' };
      appliance.events.record('release-changed', { actor: 'system:appliance', params });
      return work(appliance);
    });
  };

  it('go on where everything compared is equal, but for those with a number of uses', async () => {
    await lose(nothing);
    await putBack(true);
    const { goesOn, waits, back } = await afterReturn();
    expect([goesOn, waits]).toEqual([true, ['counted']]);
    expect(back).toMatchObject({
      cause: 'restored',
      file: 'pre-0.9.0',
      isCovered: true,
      held: 1,
      lines: [],
      lost: {},
      ended: { links: 1 },
    });
  });

  it.each<[string, (appliance: Appliance) => unknown]>([
    ['a token was disabled', ({ objects }) => objects.update(systemActor, 'token', ids.plain, { disabled: true })],
    ['a token was deleted', ({ objects }) => objects.remove(systemActor, 'token', ids.plain)],
    ['a token was made in its place', ({ objects }) => objects.create(systemActor, 'token', token('next'))],
    ['a role lost a right', ({ objects }) => objects.update(systemActor, 'role', ids.role, { rights: [] })],
    ['a setting was tightened', ({ objects }) => objects.setSetting(systemActor, 'devices.not-visible-hours', 7)],
  ])('wait, all of them, where in the lost time %s', async (_, work) => {
    await lose(work);
    await putBack(true);
    const { goesOn, waits } = await afterReturn();
    expect(goesOn).toBe(false);
    expect(waits).toContain('counted');
    expect(
      await opened(({ objects }) => {
        const body = objects.find('token', ids.plain)?.body;
        return body === undefined || body['disabled'] === true || typeof body['held'] === 'string';
      }),
    ).toBe(true);
  });

  it.each<[string, boolean, () => void]>([
    ['a person asked for the way back', false, nothing],
    ['the witness has no digests', true, () => rmSync(join(at, 'keys', 'witness-digests'))],
    ['what was added to its digests is not there', true, () => rmSync(join(at, 'keys', 'witness-added'))],
  ])('wait, all of them, where %s', async (_, isOwn, spoil) => {
    await lose(nothing);
    spoil();
    await putBack(isOwn);
    expect(await afterReturn()).toMatchObject({ goesOn: false, waits: ['counted', 'plain'] });
  });

  it('wait where a person restored a backup before the database that was put back was opened', async () => {
    await lose(nothing);
    await putBack(true);
    const target = join(folder, 'restored');
    const witness = join(at, 'keys', 'witness');
    await restoreBackup(backup, await parseRecoveryKey(recoveryKey), target, { witness });
    expect(await afterReturn(target)).toMatchObject({
      goesOn: false,
      waits: ['counted', 'plain'],
      back: { cause: 'restored', file: 'kept.spb', isCovered: true, lines: [] },
    });
  });

  it('wait where a return that found a loss was cut off before it was committed', async () => {
    await lose(({ objects }) => objects.create(systemActor, 'token', token('next')));
    await putBack(true);
    expect(await afterReturn()).toMatchObject({ goesOn: false });
    // The files were written, the transaction was not: the same database of before again.
    await putBack(true);
    expect(await afterReturn()).toMatchObject({ goesOn: false, waits: ['counted', 'plain'] });
  });
});
