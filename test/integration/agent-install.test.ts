import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import {
  type AgentSite,
  layShell,
  type MadePackage,
  makePackage,
  makeRoot,
  newKeys,
  openAgentSite,
  publish,
} from './agent-site.ts';

// The device decides what it installs. Each of these appliances has been taken over.

let site: AgentSite;
let one: MadePackage;
let two: MadePackage;
let other: MadePackage;
let counter = 0;

beforeAll(async () => {
  site = await openAgentSite();
  one = makePackage(site.folder, 'line-tool', '1.0-1');
  two = makePackage(site.folder, 'line-tool', '2.0-1');
  other = makePackage(site.folder, 'other-tool', '1.0');
  for (const made of [one, two, other]) await site.appliance.store.put(made.bytes, { maxBytes: 1 << 20 });
});
afterAll(async () => site.close());

const serve = (files: Map<string, Uint8Array>): void => {
  for (const [name, bytes] of files) site.trust.set(name, bytes);
};

const newDevice = async (more: string[] = []) => {
  counter += 1;
  const { state, root, run } = await site.enrol(`i${counter}`, { more });
  expect(run.status).toBe(0);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  return { state, root, id: site.appliance.devices.byPublicId(deviceId).id };
};

type Device = Awaited<ReturnType<typeof newDevice>>;

/** Orders an installation, lets the agent do one round, and returns what it reported. */
const order = async (device: Device, deb: MadePackage, over: Partial<InstallPackageTask> = {}) => {
  const id = site.order(device.id, deb, over);
  const run = await site.agent('once', '--state', device.state);
  expect(run.status).toBe(0);
  const result = site.results.find((reported) => reported.task === id)?.result;
  expect(result).toBeDefined();
  return result;
};
const versionOf = (device: Device, name = 'line-tool') =>
  existsSync(join(device.root, 'opt', name, 'version'))
    ? readFileSync(join(device.root, 'opt', name, 'version'), 'utf8').trim()
    : null;
const refusedObjects = (device: Device) =>
  site.appliance.events
    .list({ scope: wholeSite('job'), limit: 10, device: device.id, type: ['agent-refused-object'] })
    .rows.map((event) => event.params['code']);

describe('an order that the signed chain covers', () => {
  it('is done, updated, and verified by the next inventory', async () => {
    serve(publish(site.keys, 2, [one.bytes, two.bytes, other.bytes]));
    const device = await newDevice();
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    expect(versionOf(device)).toBe('1.0-1');
    const result = await order(device, two);
    expect(result?.steps.map((step) => [step.name, step.exit])).toEqual([
      ['verify', 0],
      ['download', 0],
      ['plan', 0],
      ['permit', 0],
      ['install', 0],
    ]);
    expect(result?.steps.at(-1)?.output).toContain('line-tool');
    const software = site.appliance.inventory.section(device.id, 'software');
    expect(software.map((row) => [row['name'], row['version']])).toEqual([['line-tool', '2.0-1']]);
    expect(readdirSync(join(device.state, 'work')).includes('objects')).toBe(false);
    expect(readFileSync(join(device.root, 'var/log/dpkg.log'), 'utf8')).toContain('line-tool');
  });

  it('installs several objects at once, and what is there already is done', async () => {
    const device = await newDevice();
    const objects = [other, one].map((made) => ({ sha256: made.sha256, size: made.bytes.length }));
    expect(await order(device, one, { objects })).toMatchObject({ state: 'completed' });
    expect([versionOf(device), versionOf(device, 'other-tool')]).toEqual(['1.0-1', '1.0']);
    const again = await order(device, one, { objects });
    expect(again).toMatchObject({ state: 'completed' });
    expect(again?.steps.map((step) => step.name)).toEqual(['verify', 'download', 'plan']);
  });

  it('is done although the signed files are past their date, with a warning', async () => {
    serve(publish(site.keys, 3, [one.bytes, two.bytes, other.bytes], -1));
    const device = await newDevice();
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    const stale = site.appliance.events.list({
      scope: wholeSite('job'),
      limit: 10,
      device: device.id,
      type: ['agent-trust-stale'],
    }).rows;
    expect(new Set(stale.map((event) => event.params['role']))).toEqual(new Set(['timestamp', 'snapshot', 'targets']));
    serve(publish(site.keys, 4, [one.bytes, two.bytes, other.bytes]));
  });

  it('follows a root that its own keys signed', async () => {
    const device = await newDevice();
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    site.trust.set('2.root.json', makeRoot(2, site.keys));
    expect(await order(device, two)).toMatchObject({ state: 'completed' });
    expect(JSON.parse(readFileSync(join(device.state, 'trust/root.json'), 'utf8'))).toMatchObject({
      signed: { version: 2 },
    });
  });

  it('is refused by an agent that only observes', async () => {
    const device = await newDevice(['--observe-only']);
    expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'OBSERVE_ONLY' });
    expect(versionOf(device)).toBeNull();
  });

  it('is refused when it would go back', async () => {
    const device = await newDevice();
    await order(device, two);
    expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'DOWNGRADE' });
    expect(versionOf(device)).toBe('2.0-1');
  });

  it('is asked about right before it begins, once, and not begun without a yes', async () => {
    const device = await newDevice();
    site.permits.asked.length = 0;
    site.permits.go = false;
    const refused = await order(device, one, { attempt: 3 });
    site.permits.go = true;
    expect(refused).toMatchObject({ state: 'failed', code: 'WINDOW_CLOSED', attempt: 3 });
    expect(refused?.steps.map((step) => [step.name, step.exit])).toEqual([
      ['verify', 0],
      ['download', 0],
      ['plan', 0],
      ['permit', null],
    ]);
    expect(versionOf(device)).toBeNull();
    expect(site.permits.asked.map(({ asked }) => asked)).toEqual([{ attempt: 3, step: 'install' }]);
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    expect(site.permits.asked).toHaveLength(2);
    // Nothing is left to do: nothing is asked.
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    expect(site.permits.asked).toHaveLength(2);
  });

  it('ends at its time-out with everything that it started', async () => {
    const slow = makePackage(site.folder, 'slow-tool', '1.0', '#!/bin/sh\n(sleep 987 & echo $! >/child)\nsleep 987\n');
    await site.appliance.store.put(slow.bytes, { maxBytes: 1 << 20 });
    serve(publish(site.keys, 5, [one.bytes, two.bytes, other.bytes, slow.bytes]));
    // Where dpkg did not come as far as the script, another device is given longer.
    const tried = async (timeoutMs: number): Promise<string> => {
      const device = await newDevice();
      layShell(device.root);
      const result = await order(device, slow, { timeoutMs });
      expect(result).toMatchObject({ state: 'timed-out', code: 'TIMEOUT' });
      const path = join(device.root, 'child');
      const child = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
      return child === '' ? tried(2 * timeoutMs) : child;
    };
    const child = await tried(2000);
    expect(existsSync(`/proc/${child}/cmdline`) ? readFileSync(`/proc/${child}/cmdline`, 'utf8') : '').toBe('');
  });

  it('fails with what dpkg said when the exit code is none that was agreed', async () => {
    const device = await newDevice();
    const result = await order(device, one, { successExit: [77] });
    expect(result).toMatchObject({ state: 'failed', code: 'EXIT' });
    const restart = await order(await newDevice(), one, { restartExit: [0] });
    expect(restart).toMatchObject({ state: 'restarting' });
  });
});

describe('a stolen appliance', () => {
  it('cannot swap an object', async () => {
    const device = await newDevice();
    const evil = Buffer.from(one.bytes);
    evil[evil.length - 100] = Number(evil[evil.length - 100]) ^ 1;
    site.swapped.set(one.sha256, evil);
    expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'HASH' });
    site.swapped.set(one.sha256, Buffer.concat([one.bytes, Buffer.alloc(10)]));
    expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'HASH' });
    site.swapped.set(one.sha256, one.bytes.subarray(0, -1));
    expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'HASH' });
    expect(versionOf(device)).toBeNull();
    expect(refusedObjects(device)).toEqual(['HASH', 'HASH', 'HASH']);
    site.swapped.set(one.sha256, one.bytes);
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    site.swapped.delete(one.sha256);
  });

  it('cannot order an object that is not listed', async () => {
    const device = await newDevice();
    const evil = makePackage(site.folder, 'evil-tool', '1.0');
    await site.appliance.store.put(evil.bytes, { maxBytes: 1 << 20 });
    expect(await order(device, evil)).toMatchObject({ state: 'failed', code: 'NOT_LISTED' });
    expect(versionOf(device, 'evil-tool')).toBeNull();
  });

  it('cannot name one package and send another that is listed', async () => {
    const device = await newDevice();
    const objects = [{ sha256: other.sha256, size: other.bytes.length }];
    expect(await order(device, one, { objects })).toMatchObject({ state: 'failed', code: 'WRONG_PACKAGE' });
    expect(versionOf(device, 'other-tool')).toBeNull();
    const elsewhere = { name: one.name, version: one.version, arch: 'arm64' };
    expect(await order(device, one, { package: elsewhere })).toMatchObject({ state: 'failed', code: 'WRONG_PACKAGE' });
    expect(versionOf(device)).toBeNull();
  });

  it('cannot forge the inventory', async () => {
    const device = await newDevice();
    const evil = makePackage(site.folder, 'evil-tool', '2.0');
    await site.appliance.store.put(evil.bytes, { maxBytes: 1 << 20 });
    const good = site.trust.get('inventory.jsonl') ?? new Uint8Array();
    const forged = publish(newKeys(), 9, [evil.bytes]).get('inventory.jsonl') ?? new Uint8Array();
    site.trust.set('inventory.jsonl', forged);
    const result = await order(device, evil);
    expect(result).toMatchObject({ state: 'failed' });
    expect(['HASH', 'LIMIT']).toContain(result?.code);
    site.trust.set('inventory.jsonl', good);
  });

  it('cannot forge targets, nor take a key of a lower role for it', async () => {
    const evil = makePackage(site.folder, 'evil-tool', '3.0');
    await site.appliance.store.put(evil.bytes, { maxBytes: 1 << 20 });
    const saved = new Map(site.trust);
    for (const keys of [
      newKeys(),
      { ...site.keys, curator: site.keys.fulfil },
      { ...site.keys, curator: site.keys.snapshot },
    ]) {
      const device = await newDevice();
      serve(publish(keys, 50, [evil.bytes]));
      const result = await order(device, evil);
      expect(result).toMatchObject({ state: 'failed', code: 'SIGNATURE' });
      expect(refusedObjects(device)).toEqual(['SIGNATURE']);
      serve(saved);
    }
  });

  it('cannot go back to older metadata', async () => {
    const old = new Map(site.trust);
    const device = await newDevice();
    serve(publish(site.keys, 60, [one.bytes, two.bytes]));
    expect(await order(device, one)).toMatchObject({ state: 'completed' });
    serve(old);
    expect(await order(device, two)).toMatchObject({ state: 'failed', code: 'ROLLBACK' });
    expect(versionOf(device)).toBe('1.0-1');
    serve(publish(site.keys, 61, [one.bytes, two.bytes, other.bytes]));
    expect(await order(device, two)).toMatchObject({ state: 'completed' });
  });

  it('cannot mix files of two publications', async () => {
    const device = await newDevice();
    const now = new Map(site.trust);
    site.trust.set('targets.json', publish(site.keys, 61, [other.bytes]).get('targets.json') ?? new Uint8Array());
    const result = await order(device, other);
    expect(result?.state).toBe('failed');
    serve(now);
  });

  it('cannot swap the root', async () => {
    const device = await newDevice();
    const thief = newKeys();
    const pinned = readFileSync(join(device.state, 'trust/root.json'), 'utf8');
    const saved = new Map(site.trust);
    site.trust.set('3.root.json', makeRoot(3, thief));
    serve(publish(thief, 70, [one.bytes]));
    const result = await order(device, one);
    expect(result).toMatchObject({ state: 'failed' });
    expect(['SIGNATURE', 'ROOT_CHAIN']).toContain(result?.code);
    // One of two root keys is not the threshold.
    site.trust.set('3.root.json', makeRoot(3, thief, site.keys.root.slice(0, 1)));
    expect(await order(device, one)).toMatchObject({ state: 'failed' });
    expect(readFileSync(join(device.state, 'trust/root.json'), 'utf8')).toBe(pinned);
    expect(versionOf(device)).toBeNull();
    site.trust.delete('3.root.json');
    serve(saved);
  });

  it('cannot withhold the files and have the order done', async () => {
    const device = await newDevice();
    const saved = new Map(site.trust);
    for (const name of ['timestamp.json', 'snapshot.json', 'targets.json', 'inventory.jsonl']) {
      site.trust.delete(name);
      expect(await order(device, one)).toMatchObject({ state: 'failed', code: 'MISSING' });
      serve(saved);
    }
  });
});
