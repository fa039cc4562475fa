import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { readSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { buildTimestamp, signMetadata } from '@sallyport/bundle-tools/trust/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { type AgentSite, type MadePackage, makePackage, openAgentSite } from './agent-site.ts';

// An agent follows the keys of the connected host by itself, whatever the appliance hands out. The chain is made by the
// built command; the empty catalog lists nothing, so an order that passes every signature ends with NOT_LISTED.

const far = 2 ** 31;
const passed = 'NOT_LISTED';

describe('an agent and the root of trust', () => {
  let site: AgentSite;
  let deb: MadePackage;
  let counter = 0;
  const at = (...parts: string[]) => join(site.folder, ...parts);
  const { command } = commandProcess();
  const host = (...args: string[]) => command('sallyport-bundle', ...args, '--state', at('host'));
  const signers = (...names: string[]) => names.flatMap((name) => ['--sign-key', at('keys', name)]);
  const files = () => readdirSync(at('host', 'trust'));
  const newest = (role: string): Uint8Array => {
    const versions = files().flatMap((name) => (name.endsWith(`.${role}.json`) ? [Number.parseInt(name, 10)] : []));
    return readFileSync(at('host', 'trust', `${Math.max(...versions)}.${role}.json`));
  };

  /** What an honest appliance hands out after it has imported everything. */
  const honest = (): Map<string, Uint8Array> =>
    new Map([
      ...files()
        .filter((name) => name.endsWith('.root.json'))
        .map((name) => [name, readFileSync(at('host', 'trust', name))] as const),
      ...['timestamp', 'snapshot', 'targets'].map((role) => [`${role}.json`, newest(role)] as const),
      ['inventory.jsonl', readFileSync(at('host', 'catalogs', '1', 'inventory.jsonl'))] as const,
    ]);
  const serve = (trust: Map<string, Uint8Array>): void => {
    site.trust.clear();
    for (const [name, bytes] of trust) site.trust.set(name, bytes);
  };
  const without = (trust: Map<string, Uint8Array>, name: string) => new Map([...trust].filter(([key]) => key !== name));

  type Device = { state: string; id: number };
  const newDevice = async (): Promise<Device> => {
    counter += 1;
    const { state, run } = await site.enrol(`t${counter}`);
    expect(run.status).toBe(0);
    const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
    return { state, id: site.appliance.devices.byPublicId(deviceId).id };
  };
  const order = async (device: Device): Promise<string | undefined> => {
    const id = site.order(device.id, deb);
    expect((await site.agent('once', '--state', device.state)).status).toBe(0);
    return site.results.find(({ task }) => task === id)?.result.code;
  };
  const held = (device: Device, role: string): number =>
    (JSON.parse(readFileSync(join(device.state, 'trust', `${role}.json`), 'utf8')) as { signed: { version: number } })
      .signed.version;

  let sleeper: Device;
  let other: Device;
  let first: Map<string, Uint8Array>;

  beforeAll(async () => {
    site = await openAgentSite();
    deb = makePackage(site.folder, 'line-tool', '1.0-1');
    await site.appliance.store.put(deb.bytes, { maxBytes: 1 << 20 });
    const roots = ['r1', 'r2', 'r3'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'init', ...roots, '--curator-key', at('keys', 'c1'));
    first = honest();
    serve(first);
    sleeper = await newDevice();
    other = await newDevice();
    expect(await order(sleeper)).toBe(passed);
    expect(await order(other)).toBe(passed);
    await host('trust', 'rotate', '--online', ...signers('r1', 'r2', 'c1'));
    const next = ['r2', 'r4', 'r5'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'rotate', ...next, ...signers('r1', 'r2'));
    await host('trust', 'rotate', '--curator-key', at('keys', 'c2'), ...signers('r4', 'r5'));
  });
  afterAll(() => site.close());

  it('gets from root 1 to root 4, where every key is another', async () => {
    serve(honest());
    expect(held(sleeper, 'root')).toBe(1);
    expect(await order(sleeper)).toBe(passed);
    expect(held(sleeper, 'root')).toBe(4);
  });

  it('does not go back with an appliance that hands out what was in force before', async () => {
    serve(first);
    expect(await order(sleeper)).toBe('SIGNATURE');
    serve(new Map([...honest(), ['timestamp.json', first.get('timestamp.json') ?? new Uint8Array()]]));
    expect(await order(sleeper)).toBe('SIGNATURE');
    const older = honest();
    await host('trust', 'export', '--out', at('trust.tar'));
    serve(honest());
    expect(await order(sleeper)).toBe(passed);
    // The same keys, an older file.
    serve(older);
    expect(await order(sleeper)).toBe('ROLLBACK');
    expect(held(sleeper, 'root')).toBe(4);
  });

  it('cannot be led past a root, nor by another root of the right number', async () => {
    serve(without(honest(), '2.root.json'));
    expect(await order(other)).toBe('SIGNATURE');
    expect(held(other, 'root')).toBe(1);
    const root4 = honest().get('4.root.json') ?? new Uint8Array();
    serve(new Map([...honest(), ['2.root.json', root4]]));
    expect(['ROOT_CHAIN', 'SIGNATURE']).toContain(await order(other));
    expect(held(other, 'root')).toBe(1);
    // Each root that verified holds, although the last step of the way is missing.
    serve(without(honest(), '4.root.json'));
    expect(await order(other)).toBe('SIGNATURE');
    expect(held(other, 'root')).toBe(3);
    serve(honest());
    expect(await order(other)).toBe(passed);
    expect(held(other, 'root')).toBe(4);
  });

  it('recovers from a timestamp key that was stolen together with the appliance', async () => {
    const name = readdirSync(at('host', 'keys')).find((file) => file.startsWith('timestamp-')) ?? '';
    const stolen = readSigningKey(at('host', 'keys', name));
    const expires = toTime(nowMs() + 80 * 86_400_000);
    const burnt = signMetadata(buildTimestamp({ version: far, expires, snapshot: newest('snapshot') }), [stolen]);
    serve(new Map([...honest(), ['timestamp.json', burnt]]));
    expect(await order(sleeper)).toBe(passed);
    expect(held(sleeper, 'timestamp')).toBe(far);
    await host('trust', 'export', '--out', at('trust-2.tar'));
    serve(honest());
    expect(await order(sleeper)).toBe('ROLLBACK');
    await host('trust', 'rotate', '--renew', 'timestamp', '--renew', 'snapshot', ...signers('r4', 'r5'));
    serve(honest());
    expect(await order(sleeper)).toBe(passed);
    expect(held(sleeper, 'timestamp')).toBeLessThan(100);
    serve(new Map([...honest(), ['timestamp.json', burnt]]));
    expect(await order(sleeper)).toBe('SIGNATURE');
  });
});
