import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { createBackup } from '@sallyport/appliance/features/backups/make-backup';
import { parseRecoveryKey, restoreBackup } from '@sallyport/appliance/features/backups/restore';
import { isOfWitness } from '@sallyport/appliance/features/rollback/types';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { type Server, startServer } from '@sallyport/appliance/server/server';
import { siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binOf, freePort, temporaryFolder } from '../support/commands.ts';
import { makeToken } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { layRoot, makeRoot, newKeys, publish } from './agent-site.ts';

// A server is restored from a backup of before some of its agents enrolled. Real agent programs, with what they have on their disks.

const log = openLog('silent');
const keys = newKeys();
const trust = new Map<string, Uint8Array>([['1.root.json', makeRoot(1, keys)], ...publish(keys, 1, [])]);
const root = trust.get('1.root.json') ?? new Uint8Array();

describe('agents of a restored server', () => {
  const folder = temporaryFolder('agents-return');
  const at = (...names: string[]): string => join(folder.path, ...names);
  const data = at('data');
  const running: { appliance?: Appliance; server?: Server } = {};
  let port = 0;
  let recoveryKey = '';

  const site = (): Appliance => running.appliance as Appliance;
  const start = async (): Promise<void> => {
    running.appliance = await compose({ dataDir: data, log });
    const parts = {
      ...running.appliance,
      trustFiles: { get: (name: string) => trust.get(name) ?? null, root: () => root },
    };
    running.server = await startServer(parts, { listen: { address: '127.0.0.1', port } });
  };
  const stop = async (): Promise<void> => {
    await running.server?.stop();
    await running.appliance?.close();
  };
  const agent = (...args: string[]) =>
    spawn(process.execPath, [binOf('sallyport-agent'), ...args], { stdio: 'ignore' });
  const deviceOf = (hostname: string): string =>
    site()
      .devices.list({ limit: 100 })
      .rows.find((one) => one.hostname === hostname)?.publicId ?? '';
  const enrolBy = async (name: string, token: string): Promise<{ status: number; said: string }> => {
    layRoot(at(`root-${name}`), name);
    const fingerprint = siteFingerprint(site().ca.certificateDer, root);
    const state = ['--state', at(`state-${name}`), '--root', at(`root-${name}`)];
    const line = [
      'enrol',
      '--server',
      `https://127.0.0.1:${port}`,
      '--token-file',
      token,
      '--fingerprint',
      fingerprint,
    ];
    const words = [binOf('sallyport-agent'), ...line, ...state, '--wait', '0'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [status] = (await once(child, 'close')) as [number];
    return { status, said };
  };
  const enrol = async (name: string): Promise<string> => {
    writeFileSync(at(`token-${name}`), makeToken(site().objects, 'agent'), { mode: 0o600 });
    const { status, said } = await enrolBy(name, at(`token-${name}`));
    expect(status, said).toBe(0);
    return deviceOf(name);
  };
  /** An agent as its service runs it, until what is waited for is so. */
  const whileItRuns = async (name: string, isSo: () => boolean): Promise<void> => {
    const child = agent('run', '--state', at(`state-${name}`));
    try {
      await until(async () => isSo());
    } finally {
      child.kill();
      await once(child, 'close');
    }
  };
  const find = (publicId: string) =>
    site()
      .devices.list({ limit: 100 })
      .rows.find((one) => one.publicId === publicId);
  const certificates = (publicId: string) => site().devices.certificates(find(publicId)?.id ?? 0);
  const eventsOf = (type: string): string[] =>
    site()
      .events.list({ scope: wholeSite('job'), type: [type as 'device-returned'], limit: 100 })
      .rows.map(({ params }) => String(params['device'] ?? params['reason']));
  /** Puts the backup back; with the witness of before, or without. */
  const restore = async (withWitness: boolean): Promise<void> => {
    await stop();
    for (const name of readdirSync(join(data, 'keys')).filter(isOfWitness))
      copyFileSync(join(data, 'keys', name), at(name));
    renameSync(data, at(withWitness ? 'data-first' : 'data-second'));
    await restoreBackup(at('old.spb'), await parseRecoveryKey(recoveryKey), data, {
      witness: withWitness ? at('witness') : undefined,
    });
    await start();
  };

  const device = { before: '', since: '', thief: '', forgotten: '' };
  beforeAll(async () => {
    port = await freePort();
    mkdirSync(at('kept'));
    ({ recoveryKey } = await initialise({
      dataDir: data,
      site: 'line-1',
      addresses: ['localhost', '127.0.0.1'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'admin',
      log,
    }));
    await start();
    device.before = await enrol('before');
    device.forgotten = await enrol('forgotten');
    const { devices } = site();
    devices.revoke(systemActor, find(device.forgotten)?.id ?? 0);
    devices.forget(systemActor, find(device.forgotten)?.id ?? 0);
    await createBackup(site(), at('old.spb'));
    device.since = await enrol('since');
    device.thief = await enrol('thief');
    devices.revoke(systemActor, find(device.thief)?.id ?? 0);
  });
  afterAll(async () => {
    await stop();
    folder.remove();
  });

  it('come back by themselves where it is known what was taken away since, with an event; others stay out', async () => {
    await restore(true);
    expect(find(device.since)).toBeUndefined();
    await whileItRuns(
      'since',
      () => site().inventory.hashes(find(device.since)?.id ?? 0, 'native')['identity'] !== undefined,
    );
    expect(find(device.since)).toMatchObject({ state: 'managed' });
    expect(eventsOf('device-returned')).toEqual([device.since]);
    await whileItRuns('before', () => {
      site().devices.flush();
      return find(device.before)?.lastSeenAt !== null;
    });
    // Revoked since, and forgotten before: neither is let in, and neither gets a record.
    const refused = () => eventsOf('certificate-refused').filter((reason) => reason === 'unknown-certificate').length;
    await whileItRuns('thief', () => refused() > 0);
    await whileItRuns('forgotten', () => true);
    expect([find(device.thief), find(device.forgotten)]).toEqual([undefined, undefined]);
    expect(eventsOf('device-returned')).toEqual([device.since]);
  });

  it('that are new are told that a token of the older database waits, and come in by one that is made since', async () => {
    const { status, said } = await enrolBy('late', at('token-before'));
    expect([status, said]).toEqual([1, expect.stringContaining('TOKEN_HELD: the database was put back')]);
    expect(find(deviceOf('late'))).toBeUndefined();
    expect(site().events.list({ scope: wholeSite('job'), type: ['enrolment-refused'], limit: 1 }).rows).toMatchObject([
      { params: { reason: 'token-held' } },
    ]);
    expect(find(await enrol('late'))).toMatchObject({ state: 'managed' });
  });

  it('that renewed since go on by the new certificate; one of another time is refused', async () => {
    const [back] = site().rollbackDetector.returns();
    const issued = (issuedAt: number, fingerprint: string) => ({
      publicId: device.before,
      fingerprint,
      serial: fingerprint.slice(0, 32),
      keyDigest: 'ab'.repeat(32),
      notBefore: issuedAt,
      notAfter: issuedAt + 90 * 86_400_000,
      issuedAt,
    });
    const call = (issuedAt: number, fingerprint: string) =>
      site().devices.authenticate(fingerprint, '127.0.0.1', { issued: () => issued(issuedAt, fingerprint) });
    const { since = 0, at: found = 0 } = back ?? {};
    for (const [issuedAt, fingerprint] of [
      [since - 60_000, 'c1'.repeat(32)],
      [found + 1, 'c2'.repeat(32)],
    ] as const)
      expect(() => call(issuedAt, fingerprint)).toThrow(expect.objectContaining({ code: 'CERTIFICATE' }));
    expect(call(found - 1, 'c3'.repeat(32))).toMatchObject({ publicId: device.before });
    await until(() => certificates(device.before).some(({ state }) => state === 'superseded'));
    expect(certificates(device.before).map(({ state }) => state)).toEqual(['active', 'superseded']);
  });

  it('wait for a person where that is not known, and go on once they are approved', async () => {
    await restore(false);
    await whileItRuns('since', () => find(device.since) !== undefined);
    expect(find(device.since)).toMatchObject({ state: 'pending' });
    expect(eventsOf('device-returned')).toEqual([device.since]);
    site().devices.approve(systemActor, find(device.since)?.id ?? 0);
    await whileItRuns(
      'since',
      () => site().inventory.hashes(find(device.since)?.id ?? 0, 'native')['identity'] !== undefined,
    );
    await until(() => certificates(device.since).some(({ state }) => state === 'active'));
    expect(certificates(device.since)).toMatchObject([{ state: 'active' }]);
  });
});
