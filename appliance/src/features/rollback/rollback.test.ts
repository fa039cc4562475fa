import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { initialised } from '../../../test/support/initialised.ts';
import { type Appliance, compose } from '../../compose.ts';
import { examine } from '../../doctor.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { immediate } from '../../platform/database.ts';
import { openKeyring } from '../../platform/keyring.ts';
import { openLog } from '../../platform/log.ts';
import { wholeSite } from '../../platform/scope.ts';
import { createBackup } from '../backups/make-backup.ts';
import { parseRecoveryKey, restoreBackup } from '../backups/restore.ts';
import { digestsOf, idDigest, unpackRows } from './digests.ts';
import { missingIds, packIds, readWitness } from './file.ts';
import { keptTaken, takenAfter } from './taken.ts';
import { isOfWitness, type Return } from './types.ts';

const log = openLog('silent');
const folder = fileFolder('rollback');
const data = join(folder, 'data');

/** The witness as release 0.2.0 reads it; copied from there, so that it does not change with ours. */
const positionOf020 = z.strictObject({
  entries: z.int().min(0),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  request: z.int().min(0),
  receipt: z.int().min(0),
  seq: z.int().min(0),
  seqBroadcast: z.int().min(0),
});
const signedOf020 = z.strictObject({ at: z.int(), by: z.string(), reason: z.string() });
const ofRelease020 = z.strictObject({
  format: z.literal('sallyport-witness/1'),
  position: positionOf020,
  keys: z.string(),
  keysLast: z.int().min(0),
  taken: z.array(z.strictObject({ what: z.string(), entry: z.int().min(0), values: z.array(z.string()).optional() })),
  takenFrom: z.int().min(0),
  restored: z.strictObject({ at: z.int(), file: z.string() }).optional(),
  returns: z.array(
    z.strictObject({
      id: z.string(),
      at: z.int(),
      cause: z.enum(['restored', 'unknown', 'no-witness']),
      file: z.string().optional(),
      was: positionOf020.optional(),
      found: positionOf020,
      since: z.int().min(0),
      applied: z.strictObject({ devices: z.int(), accounts: z.int(), rights: z.int(), persons: z.int() }),
      isCovered: z.boolean(),
      failed: z.array(z.string()),
      asked: signedOf020.optional(),
      acknowledged: signedOf020.optional(),
    }),
  ),
});

const opened = async <T>(dataDir: string, work: (appliance: Appliance) => T | Promise<T>): Promise<T> => {
  const appliance = await compose({ dataDir, log });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};

describe('what was taken away after a backup', () => {
  let recoveryKey = '';
  let sealed: Buffer = Buffer.alloc(0);
  const backup = join(folder, 'old.spb');
  const ids = { lost: '', off: '', gone: '', token: '', role: '', rollout: '' };

  beforeAll(async () => {
    ({ recoveryKey } = await initialised({
      dataDir: data,
      site: 'test-1',
      addresses: ['localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'admin',
      log,
    }));
    await opened(data, async (appliance) => {
      const { objects, personal } = appliance;
      const make = (kind: string, body: Record<string, unknown>): string =>
        objects.ofAnyKind.create(systemActor, kind, body).id;
      ids.role = make('role', { name: 'Night', rights: ['devices:write', 'events:read'] });
      ids.lost = make('account', { name: 'lost', roles: ['administrator', 'viewer'] });
      ids.off = make('account', { name: 'off', roles: ['viewer'] });
      ids.gone = make('account', { name: 'gone', roles: ['administrator'] });
      ids.token = make('token', { name: 'line', purpose: 'agent', hash: 'ab'.repeat(32), approve: 'manual' });
      sealed = personal.encrypt('person:a.seitkali', 'Aidana');
      ids.rollout = make('deployment', { name: 'curl', updates: ['u'], rollout: { rings: ['1'] } });
      const order = `INSERT INTO task (id, deployment, device, update_id, state, queued_at, ring) VALUES ('o', ?, 1, 'u', 'queued', '2026-01-01T00:00:00Z', 1)`;
      appliance.db.prepare(order).run(ids.rollout);
      appliance.deployments.rollouts.start(ids.rollout, 1);
      expect(appliance.deployments.rollouts.of(ids.rollout, wholeSite('job'))).toMatchObject([{ state: 'open' }]);
      await createBackup(appliance, backup);
      objects.update(systemActor, 'role', ids.role, { rights: ['events:read'] });
      objects.update(systemActor, 'account', ids.lost, { roles: ['viewer'] });
      objects.update(systemActor, 'account', ids.off, { disabled: true });
      objects.remove(systemActor, 'token', ids.token);
      objects.remove(systemActor, 'account', ids.gone);
      personal.erase('person:a.seitkali');
    });
  });

  const restored = async (name: string, witness?: string): Promise<{ target: string; back: Return | undefined }> => {
    const target = join(folder, name);
    await restoreBackup(backup, await parseRecoveryKey(recoveryKey), target, { witness });
    return { target, back: await opened(target, (appliance) => appliance.rollbackDetector.returns()[0]) };
  };
  const witnessOf = join(data, 'keys', 'witness');

  it('stays so when the backup is restored with the witness', async () => {
    const { target, back } = await restored('with', witnessOf);
    expect(back).toMatchObject({
      cause: 'restored',
      file: 'old.spb',
      isCovered: true,
      failed: [],
      applied: { devices: 0, accounts: 3, rights: 2, persons: 1 },
      uncompared: [],
    });
    expect(back?.lines?.map(({ kind, fields, was, isRemoved }) => [kind, ...fields, was, isRemoved]).sort()).toEqual([
      ['account', 'deleted', true],
      ['account', 'disabled', 'changed', false],
      ['account', 'roles', 'changed', false],
      ['role', 'rights', 'changed', false],
      ['token', 'deleted', true],
    ]);
    await opened(target, ({ objects, personal, rollbackDetector }) => {
      expect(objects.find('account', ids.gone)).toBeUndefined();
      expect(objects.find('token', ids.token)).toBeUndefined();
      expect(objects.find('account', ids.off)?.body['disabled']).toBe(true);
      expect(objects.find('account', ids.lost)?.body['roles']).toEqual(['viewer']);
      expect(objects.find('role', ids.role)?.body['rights']).toEqual(['events:read']);
      expect(personal.decrypt(sealed)).toBeNull();
      expect(personal.verify()).toEqual([]);
      expect(rollbackDetector.returns()).toHaveLength(1);
    });
    // Whether its ring was held since is not known: a person looks first.
    await opened(target, ({ deployments }) => {
      expect(deployments.rollouts.of(ids.rollout, wholeSite('job'))).toMatchObject([
        { state: 'held', reason: 'RETURNED' },
      ]);
    });
  });

  it('leaves a witness that release 0.2.0 reads, to which an upgrade may go back', async () => {
    const { target, back } = await restored('older', witnessOf);
    expect(back?.compared).toBeGreaterThan(0);
    const keyring = await openKeyring(join(target, 'keys'));
    const witness: unknown = JSON.parse(Buffer.from(keyring.readFile('witness')).toString());
    expect(ofRelease020.parse(witness)).toEqual(witness);
    // What that release writes then fits none of the digests: nothing is said to be compared with them.
    const written = ofRelease020.parse(witness);
    const position = { ...written.position, entries: written.position.entries + 1, head: 'ab'.repeat(32) };
    keyring.writeFile('witness', Buffer.from(JSON.stringify({ ...written, position })));
    expect(readWitness(keyring)).toMatchObject({ digests: {}, returns: [{ compared: back?.compared }] });
    const later = await opened(target, (appliance) => appliance.rollbackDetector.returns()[0]);
    expect(later).toMatchObject({ isCovered: false });
    expect(later?.compared).toBeUndefined();
    expect(later?.uncompared).toContain('account');
  });

  it('is taken from the witness that lies alone in the target', async () => {
    const target = join(folder, 'alone');
    mkdirSync(join(target, 'keys'), { recursive: true });
    copyFileSync(witnessOf, join(target, 'keys', 'witness'));
    // Without the digests that lie beside it what it lists is taken away, and nothing is said to be known.
    expect((await restored('alone')).back).toMatchObject({ isCovered: false, applied: { persons: 1 } });
    const both = join(folder, 'both');
    mkdirSync(join(both, 'keys'), { recursive: true });
    for (const name of readdirSync(join(data, 'keys')).filter(isOfWitness))
      copyFileSync(join(data, 'keys', name), join(both, 'keys', name));
    expect((await restored('both')).back).toMatchObject({ isCovered: true, applied: { persons: 1 } });
  });

  it('is said to be unknown without one, and a witness of another site is refused', async () => {
    const { target, back } = await restored('without');
    expect(back).toMatchObject({ cause: 'restored', isCovered: false, applied: { accounts: 0, persons: 0 } });
    await opened(target, ({ rollbackDetector, events }) => {
      expect(() => rollbackDetector.acknowledge(systemActor, back?.id ?? '', ' ')).toThrow(/reason/);
      rollbackDetector.acknowledge(systemActor, back?.id ?? '', 'the disk was exchanged');
      expect(rollbackDetector.unacknowledged()).toEqual([]);
      expect(() => rollbackDetector.acknowledge(systemActor, back?.id ?? '', 'again')).toThrow();
      expect(events.list({ scope: wholeSite('job'), type: ['state-return-acknowledged'], limit: 2 }).total).toBe(1);
    });
    const foreign = join(folder, 'foreign');
    copyFileSync(join(data, 'keys', 'recovery.pub'), foreign);
    await expect(restored('foreign-site', foreign)).rejects.toMatchObject({ code: 'KEY' });
  });

  it('that was only being written when the power failed is dropped, is no finding, and is in no backup', async () => {
    const temporary = join('keys', '.witness.0123456789ab.tmp');
    const leaveIn = (dataDir: string): void => writeFileSync(join(dataDir, temporary), 'half', { mode: 0o600 });
    const findings = async (appliance: Appliance): Promise<string[]> =>
      (await examine(appliance)).filter(({ severity }) => severity === 'finding').map(({ detail }) => detail);
    leaveIn(data);
    const later = join(folder, 'later.spb');
    await opened(data, async (appliance) => {
      expect(existsSync(join(data, temporary))).toBe(false);
      expect(await findings(appliance)).toEqual([]);
      // One that somebody writes at this moment.
      leaveIn(data);
      await createBackup(appliance, later);
      expect(await findings(appliance)).toEqual([`${join(data, temporary)} was left behind`]);
    });
    const target = join(folder, 'later');
    await restoreBackup(later, await parseRecoveryKey(recoveryKey), target);
    expect(existsSync(join(target, temporary))).toBe(false);
  });
});

describe('digests beside the witness', () => {
  const at = join(folder, 'added');
  const [base, added, head] = ['witness-digests', 'witness-added', 'witness'].map((name) => join(at, 'keys', name)) as [
    string,
    string,
    string,
  ];
  const role = (name: string) => ({ name, rights: ['events:read'] });
  /** Whether they have this of the site's roles. */
  const knows = async (id: string): Promise<boolean> => {
    const witness = readWitness(await openKeyring(join(at, 'keys')));
    return opened(at, ({ objects, personal }) => {
      const kind = objects.kind('role');
      const section = witness?.digests['role'] ?? { fields: [], rows: '' };
      const row = digestsOf(personal.keyed, kind, id, objects.get('role', id).body, section.fields);
      expect([...row.keys()]).toContain('rights');
      return isDeepStrictEqual(unpackRows(section).get(idDigest(personal.keyed, 'role', id)), row);
    });
  };

  beforeAll(async () => {
    await initialised({
      dataDir: at,
      site: 'test-2',
      addresses: ['localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'admin',
      log,
    });
  });

  it('are added to after an entry of the journal, and written anew once much was added', async () => {
    await opened(at, ({ db, objects, rollbackDetector }) => {
      rollbackDetector.flush();
      const written = readFileSync(base);
      const { id } = objects.create(systemActor, 'role', role('first'));
      rollbackDetector.flush();
      const size = statSync(added).size;
      for (let n = 0; n < 20; n += 1) {
        objects.update(systemActor, 'role', id, { rights: [n % 2 === 0 ? 'devices:read' : 'events:read'] });
        rollbackDetector.flush();
      }
      // The same object again costs nothing more.
      expect(statSync(added).size - size).toBeLessThan(10);
      expect(size).toBeLessThan(1_500);
      expect(readFileSync(base)).toEqual(written);
      immediate(db, () => {
        for (let n = 0; n < 3_500; n += 1) objects.create(systemActor, 'role', role(`many ${n}`));
      });
      rollbackDetector.flush();
      expect(statSync(base).size).toBeGreaterThan(written.length + 3_500 * 14);
      objects.update(systemActor, 'role', id, { rights: [] });
      rollbackDetector.flush();
      expect(statSync(added).size).toBeLessThan(1_500);
    });
  });

  it('that the power left without the witness of them are of both, and right after the next entry', async () => {
    const first = await opened(at, ({ objects }) => objects.create(systemActor, 'role', role('second')).id);
    const witness = readFileSync(head);
    const id = await opened(at, ({ objects }) => objects.create(systemActor, 'role', role('third')).id);
    writeFileSync(head, witness);
    expect(await knows(first)).toBe(true);
    await opened(at, ({ rollbackDetector }) => expect(rollbackDetector.returns()).toEqual([]));
    expect([await knows(first), await knows(id)]).toEqual([true, true]);
  });

  it('are added to by another process as well, and this one goes on from there', async () => {
    await opened(at, async ({ objects, rollbackDetector }) => {
      const one = objects.create(systemActor, 'role', role('of this one')).id;
      rollbackDetector.flush();
      const other = await opened(at, (beside) => beside.objects.create(systemActor, 'role', role('of the other')).id);
      const next = objects.create(systemActor, 'role', role('of this one again')).id;
      rollbackDetector.flush();
      for (const id of [one, other, next]) expect(await knows(id)).toBe(true);
    });
  });

  it('of which one file is older or absent say nothing beside the witness, and are made anew', async () => {
    const id = await opened(at, ({ objects }) => objects.create(systemActor, 'role', role('last')).id);
    const older = readFileSync(added);
    await opened(at, ({ objects }) => objects.update(systemActor, 'role', id, { rights: ['devices:read'] }));
    const digests = async () => readWitness(await openKeyring(join(at, 'keys')))?.digests;
    for (const spoil of [() => writeFileSync(added, older), () => rmSync(added)]) {
      expect(await digests()).not.toEqual({});
      spoil();
      expect(await digests()).toEqual({});
      await opened(at, () => undefined);
      expect(await knows(id)).toBe(true);
      await opened(at, ({ objects }) =>
        objects.update(systemActor, 'role', id, { description: 'so that one is added' }),
      );
    }
  });
});

describe('the list of what was taken away', () => {
  const store = {
    lastAt: () => 0,
    position: () => undefined as never,
    hashAt: () => undefined,
    since: () => [],
    living: () => [],
    heldTokens: () => [],
    waitingTokens: () => undefined,
    controllers: () => [],
    written: () => [],
    body: () => ({}),
  };

  it('is bounded, and says from where on it is whole', () => {
    const entries = Array.from({ length: keptTaken + 10 }, (_, n) => ({
      seq: n + 1,
      operation: 'device-revoked',
      kind: 'event',
      object: '',
      revision: 0,
      params: JSON.stringify({ device: `d${n}` }),
    }));
    const { taken, takenFrom } = takenAfter([], 0, entries, store);
    expect(taken).toHaveLength(keptTaken);
    expect(takenFrom).toBe(10);
    const back = { ...entries[20], operation: 'device-approved', seq: 9_999 };
    expect(takenAfter(taken, takenFrom, [back as (typeof entries)[number]], store).taken).toHaveLength(keptTaken - 1);
  });

  it('keeps numbers of keys as bits', () => {
    const packed = packIds([1, 8, 9, 100], 100);
    expect(missingIds(packed, 100, [1, 2, 8, 9, 10, 100, 101])).toEqual([2, 10]);
    expect(missingIds(packIds([], 0), 0, [1, 2])).toEqual([]);
  });
});
