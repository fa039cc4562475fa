import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { introduce, signedIn } from '../../../../test/support/persons.ts';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { failureOf } from '../../../test/support/engines.ts';
import { initialised } from '../../../test/support/initialised.ts';
import { type Appliance, compose } from '../../compose.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { openLog } from '../../platform/log.ts';
import { createBackup } from './make-backup.ts';
import { parseRecoveryKey, restoreBackup, verifyBackup } from './restore.ts';

// The recovery key on a real site: who has it, and a new one in its place.

const log = openLog('silent');
const folder = fileFolder('recovery-key');
const at = (name: string): string => join(folder, name);
const root: Actor = { type: 'cli', id: 'root', label: 'root', rights: new Set(['all']) };
let first: string;
let appliance: Appliance;
let count = 0;

/** The groups of a key that the appliance asks for. */
const groupsOf = (key: string): string =>
  appliance.recoveryKey
    .look()
    .positions.map((position) => key.split('-')[position - 1])
    .join(' ');
const opens = async (path: string, key: string): Promise<boolean> =>
  verifyBackup(path, { key: await parseRecoveryKey(key), workFolder: folder }).then(
    ({ files }) => files !== null,
    () => false,
  );
const backup = async (): Promise<string> => {
  count += 1;
  return (await createBackup(appliance, at(`${count}.spb`))).path;
};

beforeAll(async () => {
  ({ recoveryKey: first } = await initialised({
    dataDir: at('data'),
    site: 'test-1',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'dana',
    log,
  }));
  appliance = await compose({ dataDir: at('data'), log });
  await appliance.store.put(Buffer.alloc(200_000, 7), { maxBytes: 1e6 });
});
afterAll(async () => {
  await appliance.close();
});

const health = () => appliance.health.look().checks.find(({ name }) => name === 'recovery');

describe('a recovery key', () => {
  it('is told of on Health until four of its groups were typed, whatever separates them', () => {
    expect(appliance.recoveryKey.look()).toMatchObject({ state: 'not-confirmed' });
    expect(health()).toMatchObject({ state: 'warning', code: 'RECOVERY_UNCONFIRMED' });
    const wrong = failureOf(() => appliance.recoveryKey.confirm(systemActor, '0000 0000 0000 0000'));
    expect(wrong.code).toBe('INVALID');
    expect(failureOf(() => appliance.recoveryKey.confirm(systemActor, 'f'.repeat(64))).code).toBe('INVALID');
    expect(appliance.recoveryKey.look()).toMatchObject({ state: 'not-confirmed' });
    appliance.recoveryKey.confirm(systemActor, groupsOf(first).toUpperCase().replaceAll(' ', '-'));
    expect(health()).toMatchObject({ state: 'ok' });
  });

  it('is asked for as a whole where nothing was kept of it, as of one that is older than this', () => {
    rmSync(at('data/keys/recovery.state'));
    expect(appliance.recoveryKey.look()).toMatchObject({ state: 'unknown', positions: [] });
    expect(health()).toMatchObject({ code: 'RECOVERY_UNCONFIRMED' });
    expect(failureOf(() => appliance.recoveryKey.confirm(systemActor, groupsOf(first))).code).toBe('INVALID');
    appliance.recoveryKey.confirm(systemActor, first);
    expect(appliance.recoveryKey.look()).toMatchObject({ state: 'confirmed' });
  });

  it('is made anew at the machine alone, while nobody has ever signed in, and each backup opens with its own', async () => {
    const before = await backup();
    expect(failureOf(() => appliance.recoveryKey.renewAtMachine(signedIn('dana'))).code).toBe('FORBIDDEN');
    const made = appliance.recoveryKey.renewAtMachine(root) ?? '';
    expect(appliance.recoveryKey.look()).toMatchObject({ state: 'not-confirmed' });
    const after = await backup();
    expect([await opens(before, first), await opens(before, made)]).toEqual([true, false]);
    expect([await opens(after, first), await opens(after, made)]).toEqual([false, true]);
    first = made;
  });

  it('seals copies of objects anew, so that a restore with the new key alone brings all of them', async () => {
    const target = at('restored');
    const last = await backup();
    const report = await restoreBackup(last, await parseRecoveryKey(first), target);
    expect(report.objects).toMatchObject({ needed: 1, brought: 1, missing: [], damaged: [] });
    const again = await compose({ dataDir: target, log });
    // Who restored has shown the key.
    expect(again.recoveryKey.look()).toMatchObject({ state: 'confirmed' });
    await again.close();
  });

  it('is made anew by two persons once somebody has signed in, and the second one gets it', async () => {
    const { token } = appliance.accounts.makeLink(systemActor, appliance.accounts.named('dana').id);
    const password = 'Bridge-Lantern-Quiet-42';
    await appliance.accounts.useLink(token, { password, again: password, from: '192.0.2.1' });
    expect(failureOf(() => appliance.recoveryKey.renewAtMachine(root)).code).toBe('CONFLICT');
    const other = appliance.objects.create(systemActor, 'account', { name: 'bek', roles: ['administrator'] }).id;
    const [one, two] = [signedIn(appliance.accounts.named('dana').id), signedIn(other)];
    introduce(appliance.db, other);
    expect(failureOf(() => appliance.recoveryKey.ask(one, ' ')).code).toBe('INVALID');
    expect(appliance.recoveryKey.ask(one, 'the paper was lost').asked).toMatchObject({ reason: 'the paper was lost' });
    expect(failureOf(() => appliance.recoveryKey.ask(two, 'again')).code).toBe('CONFLICT');
    expect(failureOf(() => appliance.recoveryKey.decide(one, true)).code).toBe('APPROVAL_SELF');
    expect(failureOf(() => appliance.recoveryKey.decide(root, true)).code).toBe('APPROVAL_PERSON');
    expect(appliance.waiting.list(two).map(({ act }) => act)).toContain('recovery-key-renew');
    const made = appliance.recoveryKey.decide(two, true) ?? '';
    expect([await opens(await backup(), first), await opens(at(`${count}.spb`), made)]).toEqual([false, true]);
    expect(failureOf(() => appliance.recoveryKey.decide(two, true)).code).toBe('CONFLICT');
    appliance.recoveryKey.confirm(two, groupsOf(made));
  });

  it('stays where the second person refuses', () => {
    const [one, two] = [appliance.accounts.named('dana').id, appliance.accounts.named('bek').id];
    const { publicKey } = appliance.recoveryKey.look();
    appliance.recoveryKey.ask(signedIn(one), 'once more');
    expect(appliance.recoveryKey.decide(signedIn(two), false)).toBeUndefined();
    expect(appliance.recoveryKey.look()).toMatchObject({ publicKey, asked: null, state: 'confirmed' });
  });
});
