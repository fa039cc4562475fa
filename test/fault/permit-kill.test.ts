import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { admin } from '../../appliance/test/support/engines.ts';
import { updateSample } from '../../bundle-tools/test/samples.ts';
import { dpkgInstall } from '../../scripts/demo-device.ts';
import {
  type AgentSite,
  layShell,
  type MadePackage,
  makePackage,
  openAgentSite,
  publish,
} from '../integration/agent-site.ts';
import { openAlways } from '../support/always-window.ts';
import { binOf } from '../support/commands.ts';
import { until } from '../support/until.ts';

// The real agent dies at each step of an installation, steered by what it has just asked the appliance for and by what its
// installer has just done. The order, its permit and its attempts are the appliance's own.

type Step = 'trust' | 'object' | 'permit' | 'installer' | 'result' | 'never';

/** What happens once the agent has come to a step. */
const fate: { step: Step; befall: () => void } = { step: 'never', befall: () => undefined };
const at = (step: Step): void => {
  if (fate.step !== step) return;
  fate.step = 'never';
  fate.befall();
};

let site: AgentSite;
let after: MadePackage;

beforeAll(async () => {
  site = await openAgentSite({
    served: at,
    tasks: ({ tasks }) => ({
      ...tasks,
      mayAct: (device, id, asked) => {
        const reply = tasks.mayAct(device, id, asked);
        at('permit');
        return reply;
      },
      result: (device, id, result, host) => {
        const answer = tasks.result(device, id, result, host);
        at('result');
        return answer;
      },
    }),
  });
  openAlways(site.appliance.objects);
  makePackage(site.folder, 'line-tool', '1.0-1');
  // The installer waits in the middle for the file `go`.
  const script = '#!/bin/sh\necho run >> /runs\nwhile [ ! -e /go ]; do sleep 0.05; done\n';
  after = makePackage(site.folder, 'line-tool', '2.0-1', script);
  await site.appliance.store.put(after.bytes, { maxBytes: 1 << 20 });
  for (const [name, bytes] of publish(site.keys, 2, [after.bytes])) site.trust.set(name, bytes);
  const update = updateSample('line-tool', '2.0-1', { arch: 'all', files: [after.sha256] });
  const { updates } = site.appliance;
  updates.applyCatalog([update], new Map([[after.sha256, after.bytes.length]]), '2026-11-01T00:00:00Z');
  updates.approve(admin, [update.id]);
});
afterAll(() => site.close());

/** One turn of the agent; at the step it is killed, or what is given happens. */
const once = (state: string, step: Step = 'never', befall?: () => void): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [binOf('sallyport-agent'), 'once', '--state', state], { stdio: 'ignore' });
    fate.step = step;
    fate.befall = befall ?? (() => void child.kill('SIGKILL'));
    child.once('exit', resolve);
  });

/** A device of Debian with the older package, which its agent has reported. */
const newDevice = async (name: string) => {
  const { state, root } = await site.enrol(name);
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n');
  mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
  const source = 'Types: deb\nURIs: https://deb.debian.org/debian\nSuites: trixie\nComponents: main\n';
  writeFileSync(join(root, 'etc/apt/sources.list.d/debian.sources'), source);
  layShell(root);
  dpkgInstall(root, join(site.folder, 'line-tool_1.0-1.deb'));
  expect(await once(state)).toBe(0);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  while (site.appliance.updates.settle(1_000) > 0);
  return { state, root, deviceId };
};

/** A device with an order to install the newer package, and how often its installer ran. */
const ordered = async (name: string) => {
  const { deployments, updates } = site.appliance;
  const { state, root, deviceId } = await newDevice(name);
  const [update] = updates.list({ scope: wholeSite('job'), limit: 1 }).rows;
  const { id } = await deployments.create(admin, { updates: [update?.id ?? ''], devices: [deviceId] });
  const order = () => deployments.tasks(id, wholeSite('job'))[0];
  const path = join(root, 'runs');
  const runs = () => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0);
  return { state, root, order, runs };
};

it.each<[Step, { state: string; reason: string | null; attempt: number; runs: number }]>([
  ['never', { state: 'verified', reason: null, attempt: 1, runs: 1 }],
  ['trust', { state: 'verified', reason: null, attempt: 2, runs: 1 }],
  ['object', { state: 'verified', reason: null, attempt: 2, runs: 1 }],
  ['permit', { state: 'failed', reason: 'AGENT_RESTARTED', attempt: 1, runs: 0 }],
  ['installer', { state: 'failed', reason: 'AGENT_RESTARTED', attempt: 1, runs: 1 }],
  ['result', { state: 'verified', reason: null, attempt: 1, runs: 1 }],
])('an agent that dies at the step "%s" installs at most once, and the order ends', async (step, expected) => {
  const { state, root, order, runs } = await ordered(`d-${step}`);
  const first = once(state, step);
  if (step === 'installer') {
    await until(() => runs() > 0 || undefined);
    at('installer');
  }
  writeFileSync(join(root, 'go'), '');
  const isKilled = (await first) === null;
  expect(isKilled).toBe(step !== 'never');
  // The result of the first turn, the second attempt where there is one, its result and the inventory.
  for (let turn = 0; turn < 4; turn += 1) expect(await once(state)).toBe(0);

  const ended = order();
  expect({ state: ended?.state, reason: ended?.reason, attempt: ended?.attempt, runs: runs() }).toEqual(expected);
});

it('an installation whose window closes before it begins is left, and done in the next one', async () => {
  const { objects } = site.appliance;
  const { state, root, order, runs } = await ordered('d-closed');
  writeFileSync(join(root, 'go'), '');
  const windows = objects.list({ kind: 'maintenance-window', limit: 10 }).rows;
  const close = () => {
    for (const { id } of windows) objects.remove(systemActor, 'maintenance-window', id);
  };
  expect(await once(state, 'object', close)).toBe(0);
  expect(await once(state)).toBe(0);
  expect(order()).toMatchObject({ state: 'queued', attempt: 2, actingAt: null });
  expect(runs()).toBe(0);

  openAlways(objects);
  for (let turn = 0; turn < 3; turn += 1) expect(await once(state)).toBe(0);
  expect(order()).toMatchObject({ state: 'verified', attempt: 2 });
  expect(runs()).toBe(1);
});
