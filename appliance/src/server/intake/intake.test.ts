import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { inHashOrder } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialised } from '../../../test/support/initialised.ts';
import { type Appliance, compose } from '../../compose.ts';
import type { SectionIntake } from '../../engine/inventory/types.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../features/devices/types.ts';
import { immediate } from '../../platform/database.ts';
import { openLog } from '../../platform/log.ts';
import { wholeSite } from '../../platform/scope.ts';
import { startIntake } from './intake.ts';

const log = openLog('silent');
let folder: string;
let appliance: Appliance;
let intake: SectionIntake;

const deviceCount = 300;

/** Devices 1 to 300 with a client of our own each. */
const enrolDevices = ({ db, devices, objects }: Appliance): void => {
  const token = newTokenSecret();
  objects.create(systemActor, 'token', { name: 'agents', purpose: 'agent', hash: tokenHash(token), approve: 'auto' });
  immediate(db, () => {
    for (let n = 1; n <= deviceCount; n += 1) {
      const clientId = String(n).padStart(64, '0');
      const facts = { hostname: `host-${n}` };
      devices.enrolClient({ source: 'native', token, clientId, keyDigest: clientId, facts, from: '192.0.2.1' });
    }
  });
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-intake-'));
  const listen = { address: '127.0.0.1', port: 0 };
  await initialised({ dataDir: folder, site: 'test-1', addresses: ['localhost'], listen, administrator: 'dana', log });
  appliance = await compose({ dataDir: folder, log, lateStatements: true });
  enrolDevices(appliance);
  intake = startIntake({ db: appliance.db, dataDir: folder, log });
});
afterAll(async () => {
  await intake.close();
  await appliance.close();
  rmSync(folder, { recursive: true, force: true });
});

const wireOf = (items: readonly unknown[], change: object = {}): Uint8Array => {
  const hash = createHash('sha256').update(canonicalJson(items)).digest('hex');
  return gzipSync(JSON.stringify({ hash, collectedAt: '2026-11-24T10:00:00Z', items, ...change }));
};
const software = (device: number, wire: Uint8Array) => ({
  device,
  collection: 'software',
  source: 'native' as const,
  wire,
});
const pack = (name: string) => ({ type: 'deb', name, version: '1', arch: 'amd64' });

// One thread for all of them; the last one closes it.
describe('the intake', () => {
  it('stores what comes at once and answers each; a refused report does not touch its neighbours', async () => {
    // Cut and not parsed, so that what is wrong shows after the first item was written.
    const halfWrong = (n: number) => wireOf(inHashOrder([pack(`half-${n}`), { ...pack('y'), name: 7 }]));
    const calls = Array.from({ length: 40 }, (_, n) => {
      if (n % 10 === 3) return intake.put(software(n + 1, wireOf([pack('x')], { hash: 'a'.repeat(64) })));
      if (n % 10 === 5) return intake.put(software(n + 1, halfWrong(n)));
      if (n % 10 === 7) return intake.put(software(n + 1, Buffer.from('garbage')));
      return intake.put(software(n + 1, wireOf(inHashOrder([pack('bash'), pack(`own-${n}`)]))));
    });
    const ended = await Promise.allSettled(calls);
    ended.forEach((result, n) => {
      if (n % 10 === 3) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'HASH_MISMATCH' } });
      else if (n % 10 === 5) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'INVALID' } });
      else if (n % 10 === 7) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'MALFORMED' } });
      else expect(result).toEqual({ status: 'fulfilled', value: { known: false, added: 2, removed: 0, changed: 0 } });
    });
    expect(appliance.inventory.counts(wholeSite('job')).find(({ collection }) => collection === 'software')).toEqual({
      collection: 'software',
      rows: 56,
      devices: 28,
    });
    const made = appliance.db.prepare<[], string>('select name from inv_software').pluck().all();
    expect(made.filter((name) => name.startsWith('half-'))).toEqual([]);
    // What was taken back is not taken for made.
    await intake.put(software(50, wireOf(inHashOrder([pack('half-5')]))));
    expect(appliance.inventory.section(50, 'software')).toMatchObject([{ name: 'half-5' }]);
    expect(appliance.inventory.verify()).toEqual([]);
  });

  it('reads no further than the hash of a section that it holds, unless another one of the device is on its way', async () => {
    const wire = wireOf([pack('bash')]);
    const known = { known: true, added: 0, removed: 0, changed: 0 };
    await intake.put(software(61, wire));
    expect(await intake.put(software(61, wire.subarray(0, 120)))).toEqual(known);
    await expect(intake.put(software(62, wire.subarray(0, 120)))).rejects.toMatchObject({ code: 'MALFORMED' });
    const other = wireOf([pack('dash')]);
    const both = await Promise.all([intake.put(software(61, other)), intake.put(software(61, wire))]);
    expect(both).toMatchObject([{ known: false }, { known: false }]);
    expect(appliance.inventory.section(61, 'software')).toMatchObject([{ name: 'bash' }]);
  });

  it('stores several sections of a call, and refuses each for itself', async () => {
    const callOf = (sections: ReadonlyArray<readonly [string, readonly unknown[], object?]>): Uint8Array =>
      gzipSync(
        JSON.stringify({
          sections: sections.map(([collection, items, change]) => ({
            collection,
            hash: createHash('sha256').update(canonicalJson(items)).digest('hex'),
            collectedAt: '2026-11-24T10:00:00Z',
            items,
            ...change,
          })),
        }),
      );
    const wire = callOf([
      ['software', [pack('bash')]],
      ['accounts', [{ name: 'root', isAdmin: true }]],
      ['hardware', [{ type: 'disk' }], { hash: 'a'.repeat(64) }],
      ['sessions', [{ kind: 'tty' }]],
      ['nonsense', []],
    ]);
    const call = { device: 63, source: 'native' as const, wire };
    const answers = [
      { collection: 'software', outcome: { known: false, added: 1 } },
      { collection: 'accounts', outcome: { known: false, added: 1 } },
      { collection: 'hardware', refused: { code: 'HASH_MISMATCH' } },
      { collection: 'sessions', refused: { code: 'INVALID', details: { fields: { 'items.0.account': {} } } } },
      { collection: 'nonsense', refused: { code: 'UNKNOWN_COLLECTION' } },
    ];
    expect(await intake.putAll(call)).toMatchObject(answers);
    expect(await intake.putAll(call)).toMatchObject([
      { outcome: { known: true } },
      { outcome: { known: true } },
      ...answers.slice(2),
    ]);
    expect(appliance.inventory.section(63, 'software')).toMatchObject([{ name: 'bash' }]);
    expect(appliance.inventory.section(63, 'hardware')).toEqual([]);
    await expect(intake.putAll({ ...call, wire: gzipSync('{"sections":[]}') })).rejects.toMatchObject({
      code: 'MALFORMED',
    });
    expect(appliance.inventory.verify()).toEqual([]);
  });

  it('takes a report that is unpacked already, and the bytes with it', async () => {
    const softwares = Array.from({ length: 2_000 }, (_, n) => ({ name: `package-${n}`, version: '1', from: 'deb' }));
    const plain = Buffer.from(
      JSON.stringify({ action: 'inventory', deviceid: 'a-2026-01-02-03-04-05', content: { softwares } }),
    );
    const report = { device: 64, source: 'native', format: 'glpi', wire: new Uint8Array(), now: 0 } as const;
    const { sections } = await intake.report({ ...report, plain });
    expect(plain.length).toBe(0);
    expect(sections).toContainEqual({
      collection: 'software',
      outcome: { known: false, added: 2_000, removed: 0, changed: 0 },
    });
  });

  it('names the wrong fields', async () => {
    const call = intake.put(software(65, wireOf([{ version: '1' }])));
    await expect(call).rejects.toMatchObject({
      code: 'INVALID',
      details: { fields: { 'items.0.name': { key: 'validation.required' } } },
    });
  });

  it('refuses more than it can hold instead of growing', async () => {
    const calls = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => intake.put(software(n + 101, wireOf([pack('bash')])))),
    );
    const refused = calls.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(36);
    expect(refused[0]).toMatchObject({ reason: { code: 'OVERLOADED' } });
  });

  it('keeps what it acknowledged and refuses the rest once closed', async () => {
    await intake.put(software(201, wireOf([pack('bash')])));
    await intake.close();
    await expect(intake.put(software(202, wireOf([pack('bash')])))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(appliance.inventory.section(201, 'software')).toHaveLength(1);
  });
});
