import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { taskRunner } from '@sallyport/agent/loop/tasks';
import type { Connection } from '@sallyport/agent/platform/connect';
import { rootFiles } from '@sallyport/agent/platform/root-files';
import { openReplace } from '@sallyport/agent/replace/order';
import { replaceAgent } from '@sallyport/agent/replace/replace';
import type { Packager } from '@sallyport/agent/replace/types';
import { openJournal } from '@sallyport/agent/state/journal';
import { openSpool } from '@sallyport/agent/state/spool';
import { openTrust } from '@sallyport/agent/trust/held';
import { agentVersion } from '@sallyport/agent/version';
import type { Appliance } from '@sallyport/appliance/compose';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../appliance/test/support/engines.ts';
import { deb, debian13, reporter } from '../../appliance/test/support/site.ts';
import { updateSample } from '../../bundle-tools/test/samples.ts';
import { enrolDevices, makeSite, type Site, withAppliance } from '../bench/support/site.ts';
import { openAlways } from '../support/always-window.ts';
import { until } from '../support/until.ts';
import { sha256 } from './agent-site.ts';

// A release of the agent ordered on 500 devices by a deployment. Each runs the agent's own code of a replacement over a packager that
// only notes; the new release of 3 % of them never speaks to the appliance. The program itself is replaced in
// test/interop/linux-agent.test.ts and windows-agent.test.ts.

const count = 500;
const silent = 15;
const before = '0.0.9';
const never = 900_000;

const bytes = new TextEncoder().encode('the package of the release');
const release: Update = updateSample('sallyport-agent', agentVersion, { id: 'a'.repeat(32), files: [sha256(bytes)] });

/** A device whose agent was handed the order: its folder, its packager, its runner. */
const playedDevice = (folder: string, order: InstallPackageTask) => {
  mkdirSync(folder);
  const installed = { version: before };
  const refuse = (): never => {
    throw new Error('nothing is fetched here');
  };
  const connection: Connection = { call: async () => refuse(), download: async () => refuse(), close: () => undefined };
  const journal = openJournal(join(folder, 'tasks'));
  const result = { attempt: order.attempt, steps: [], state: 'restarting' as const };
  journal.write({ task: order, state: 'restarting', bootId: 'boot', result });
  const replace = openReplace(join(folder, 'replace'));
  replace.begin({ task: order.id, version: order.package.version, file: 'next.deb', startedMs: Date.now() });
  const spool = openSpool(join(folder, 'spool'));
  const runner = taskRunner({
    journal,
    spool,
    log: () => undefined,
    bootId: 'boot',
    observeOnly: false,
    context: {
      files: rootFiles(folder),
      connection,
      trust: openTrust(join(folder, 'trust')),
      stateFolder: folder,
      workFolder: folder,
    },
    move: { server: () => 'https://a', checkInAt: async () => refuse(), moveTo: () => undefined },
    logFolder: folder,
    products: folder,
    onProducts: () => undefined,
  });
  const put = (version: string) => () => {
    installed.version = version;
    return Promise.resolve(undefined);
  };
  const packager: Packager = {
    keep: () => Promise.resolve(undefined),
    install: put(order.package.version),
    version: () => Promise.resolve(installed.version),
    putBack: put(before),
  };
  return { installed, replace, runner, packager, spool };
};

describe('a release of the agent on 500 devices', () => {
  let site: Site;
  beforeAll(async () => {
    site = await makeSite('agent-release');
  });
  afterAll(() => site?.remove());

  const report = (appliance: Appliance, device: number, version: string): void => {
    reporter(appliance.inventory)(device, 'software', [deb('sallyport-agent', version)]);
  };
  const heard = (appliance: Appliance, id: number, version: string, seq: number): void => {
    const { publicId } = appliance.devices.byId(id);
    const caller = { id, publicId, fingerprint: '', sourceId: null, bootIds: '[]' };
    appliance.devices.heard(caller, { bootId: sha256(publicId).slice(0, 32), seq, version });
  };

  it('goes back by itself where the new one is not heard, every device has an agent, and the counts are exact', async () => {
    await withAppliance(site, async (appliance) => {
      const { deployments, updates, devices } = appliance;
      openAlways(appliance.objects);
      const ids = (await enrolDevices(appliance, count, { certified: false })).map(({ id }) => id);
      await appliance.store.put(bytes, { maxBytes: 1 << 20 });
      for (const id of ids) {
        reporter(appliance.inventory)(id, 'platform', [debian13]);
        report(appliance, id, before);
        heard(appliance, id, before, 1);
      }
      updates.applyCatalog([release], new Map([[sha256(bytes), bytes.length]]), '2026-11-01T00:00:00Z');
      updates.approve(admin, [release.id]);
      // As the server does beside its calls: a deployment over devices that nothing has looked at is refused.
      while (updates.settle(1_000) > 0);
      const created = await deployments.create(admin, { updates: [release.id] });
      expect(created.counts).toMatchObject({ queued: count });

      const isSilent = (id: number): boolean =>
        ids.indexOf(id) % Math.floor(count / silent) === 0 && ids.indexOf(id) < 495;
      const ends = await Promise.all(
        ids.map(async (id) => {
          const order = deployments.queue.next(id);
          if (order === null) throw new Error(`no order for ${id}`);
          const restarting = { attempt: order.attempt, steps: [], state: 'restarting' as const };
          expect(deployments.queue.result(id, order.id, restarting)).toBe('ok');
          const device = playedDevice(join(site.dataDir, `played-${id}`), order);
          const ended = replaceAgent(device.replace, device.packager, isSilent(id) ? 0 : never);
          // The new release checks in; of the silent ones nothing comes.
          if (!isSilent(id)) {
            heard(appliance, id, order.package.version, 2);
            device.runner.heard();
          }
          const state = await ended;
          // Whichever release is in place checks in, and sends what became of the order.
          heard(appliance, id, device.installed.version, 3);
          await until(() => !device.runner.heard() || undefined);
          for (const { entry } of device.spool.take('result', 10))
            if (entry.kind === 'result') deployments.queue.result(id, entry.task, entry.result);
          report(appliance, id, device.installed.version);
          return { state, installed: device.installed.version };
        }),
      );
      devices.flush();

      const gone = ids.filter(isSilent).length;
      expect(gone).toBe(silent);
      expect(ends.filter(({ state, installed }) => state === 'went-back' && installed === before)).toHaveLength(gone);
      expect(ends.filter(({ state }) => state === 'replaced')).toHaveLength(count - gone);
      const { counts, state } = deployments.get(created.id, wholeSite('job'));
      expect(state).toBe('finished');
      expect(counts.failed).toBe(gone);
      expect(counts.installed + counts.verified).toBe(count - gone);
      const reasons = deployments.tasks(created.id, wholeSite('job')).filter((task) => task.state === 'failed');
      expect(new Set(reasons.map(({ reason }) => reason))).toEqual(new Set(['NOT_INSTALLED']));
      // What speaks on each device is what is in place there.
      const speaking = ids.map((id) => devices.byId(id).agentVersion);
      expect(speaking.filter((version) => version === before)).toHaveLength(gone);
      expect(speaking.filter((version) => version === agentVersion)).toHaveLength(count - gone);
    });
  });
});
