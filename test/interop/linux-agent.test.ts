import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDeb } from '../../scripts/packages/deb.ts';
import { readLock } from '../../scripts/packages/locked.ts';
import { packageSpecs } from '../../scripts/packages/package-spec.ts';
import { type Release, stage } from '../../scripts/packages/stage.ts';
import { type AgentSite, openAgentSite, publish, sha256 } from '../integration/agent-site.ts';
import { repositoryRoot } from '../support/sources.ts';
import { canPlayDevice, type PlayedDevice, playDevice } from '../support/systemd/device.ts';
import { until } from '../support/until.ts';
import { handedOut } from './handed-out.ts';

// The agent's package on a device with a systemd of its own: installed, replaced by a signed release, put back after one that does
// not work, removed.

describe.skipIf(process.env['SALLYPORT_RELEASE'] === undefined || !canPlayDevice())(
  'the package of the agent (skipped outside of make release-test, and without root and systemd)',
  { timeout: 500_000 },
  () => {
    let site: AgentSite;
    let device: PlayedDevice;
    let id = 0;
    let published = 1;

    /** A package of the agent; `program` takes the place of its executable. */
    const packageOf = async (version: string, program?: string): Promise<string> => {
      const spec = packageSpecs.find(({ name }) => name === 'sallyport-agent');
      if (spec === undefined) throw new Error('no package of the agent');
      const release: Release = {
        root: repositoryRoot,
        version,
        epoch: 1_700_000_000,
        lock: readLock(repositoryRoot),
        cache: join(site.folder, 'npm'),
      };
      // Quick, and small enough.
      const staged = await stage(
        { ...spec, compression: 'zstd' },
        'x64',
        join(site.folder, `stage-${version}`),
        release,
      );
      if (program !== undefined) writeFileSync(join(staged.folder, 'usr/bin/sallyport-agent'), program);
      return makeDeb(staged, site.folder, release);
    };
    const versionOn = async (): Promise<string> =>
      (await device.run('dpkg-query', '--show', 'sallyport-agent')).output.trim();
    const isActive = async (): Promise<boolean> =>
      (await device.run('systemctl', 'is-active', 'sallyport-agent.service')).status === 0;

    /** Orders a package, and waits for its end. */
    const update = async (version: string, path: string): Promise<TaskResult> => {
      const bytes = new Uint8Array(readFileSync(path));
      await site.appliance.store.put(bytes, { maxBytes: 1 << 28 });
      published += 1;
      for (const [name, file] of publish(site.keys, published, [bytes])) site.trust.set(name, file);
      const made = { name: 'sallyport-agent', version, bytes, sha256: sha256(bytes) };
      const task = site.order(id, made, { package: { name: made.name, version, arch: 'amd64' } });
      // A service that starts checks in at once.
      expect((await device.run('systemctl', 'restart', 'sallyport-agent.service')).output).toBe('');
      return until(() => site.results.find((one) => one.task === task && one.result.state !== 'restarting')?.result, {
        seconds: 300,
      });
    };

    beforeAll(async () => {
      site = await openAgentSite();
      device = await playDevice(site.folder, site.folder);
    });
    afterAll(async () => {
      device?.end();
      await site.close();
    });

    it('is installed with the package of the values of the site, and its service enrols', async () => {
      await packageOf('0.1.0');
      const kit = handedOut(site, 'debian');
      for (const file of kit.files) if ('bytes' in file) writeFileSync(join(site.folder, file.name), file.bytes);
      const [line = ''] = kit.commands.map((command) => command.line.replace(/^sudo /, ''));
      const installed = await device.run('sh', '-c', `cd /mnt && ${line}`);
      expect(installed.status, installed.output).toBe(0);
      const enrolled = await until(() => site.appliance.devices.list({ limit: 1 }).rows[0]);
      id = enrolled.id;
      await until(() => site.appliance.inventory.section(id, 'software').length > 0);
      expect((await device.run('ls', '/var/lib/sallyport-agent/enrolment.json')).status).not.toBe(0);
    });

    it('is replaced by a signed release', async () => {
      const result = await update('0.1.1', await packageOf('0.1.1'));
      expect(result).toMatchObject({ state: 'completed' });
      expect(result.steps.map(({ name }) => name)).toEqual(['verify', 'download', 'plan', 'hand over', 'replace']);
      expect([await versionOn(), await isActive()]).toEqual(['sallyport-agent\t0.1.1', true]);
    });

    it('is put back after a release that does not work', async () => {
      const result = await update('0.1.2', await packageOf('0.1.2', '#!/bin/sh\nexit 1\n'));
      expect(result).toMatchObject({ state: 'failed', code: 'NOT_INSTALLED' });
      expect(result.steps.at(-1)?.output).toContain('the installed program is not 0.1.2');
      expect([await versionOn(), await isActive()]).toEqual(['sallyport-agent\t0.1.1', true]);
    });

    it('leaves nothing when it is purged', async () => {
      const purged = await device.run('dpkg', '--purge', 'sallyport-agent-site', 'sallyport-agent');
      expect(purged.status, purged.output).toBe(0);
      const left = await device.run('find', '/usr', '/etc', '/opt', '/var/lib', '-xdev', '-path', '*sallyport-agent*');
      expect(left.output).toBe('');
      expect(await isActive()).toBe(false);
    });
  },
);
