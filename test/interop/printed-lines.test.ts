import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kitFor } from '@sallyport/appliance/features/add-device/kit';
import type { Client } from '@sallyport/appliance/features/add-device/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlpiSite, hasAgents, openGlpiSite, ownMounts } from '../support/glpi-site.ts';

// The lines that *Add a device* prints, run as they are printed on a Debian system with the agents of others: in a mount
// namespace with an /etc of its own, so that nothing of this computer changes.

const overlay = (folder: string): string =>
  [
    `mount -t tmpfs tmpfs ${folder}`,
    `mkdir ${folder}/upper ${folder}/work ${folder}/fusion ${folder}/ocs`,
    `mount -t overlay overlay -o lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work /etc`,
    `mount --bind ${folder}/fusion /var/lib/fusioninventory-agent`,
    `mount --bind ${folder}/ocs /var/lib/ocsinventory-agent`,
    // Services do not start in a namespace; who is root already needs no sudo.
    'sudo() { "$@"; }',
    'systemctl() { :; }',
  ].join(' && ');

const probe = mkdtempSync(join(tmpdir(), 'sallyport-overlay-'));
const can = hasAgents && spawnSync('unshare', [...ownMounts, 'sh', '-c', overlay(probe)]).status === 0;

const run = (script: string): Promise<{ status: number | null; output: string }> =>
  new Promise((resolve) => {
    execFile(
      'unshare',
      [...ownMounts, 'sh', '-c', script],
      { encoding: 'utf8', timeout: 120_000, maxBuffer: 64 << 20 },
      (error, stdout, stderr) =>
        resolve({
          status: error === null ? 0 : typeof error.code === 'number' ? error.code : null,
          output: stdout + stderr,
        }),
    );
  });

describe.skipIf(!can)('the printed lines', () => {
  let site: GlpiSite;
  beforeAll(async () => {
    site = await openGlpiSite();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(probe, { recursive: true, force: true });
  });

  it.each<Client>(['fusioninventory', 'ocsinventory'])('for %s bring the device in', async (client) => {
    const kit = kitFor({
      client,
      system: 'debian',
      server: `https://127.0.0.1:${site.port}`,
      secret: site.token({ approve: 'auto' }),
      caPem: site.appliance.ca.certificatePem,
      fingerprint: 'ab'.repeat(32),
      caFingerprint: 'ab'.repeat(32),
      folder: '/etc/sallyport',
      atMs: 0,
    });
    const folder = join(site.folder, `kit-${client}`);
    mkdirSync(folder);
    for (const file of kit.files) writeFileSync(join(folder, file.name), 'text' in file ? file.text : file.bytes);
    expect(kit.commands.map(({ what }) => what)).toEqual(['place', 'configure', 'once']);
    const lines = kit.commands.map(({ line }) => line).join(' && ');
    const { status, output } = await run(`${overlay(probe)} && cd ${folder} && ${lines}`);
    expect(`${status} ${status === 0 ? '' : output}`).toBe('0 ');
    const agent = client === 'fusioninventory' ? /FusionInventory/ : /OCS/;
    const came = site.appliance.devices.list({ limit: 10 }).rows.filter((device) => agent.test(device.agentVersion));
    expect(came).toHaveLength(1);
    const [device] = came;
    if (device?.state === 'managed')
      expect(site.appliance.inventory.section(device.id, 'software').length).toBeGreaterThan(100);
    // The files are for root alone, and nothing of it is left on this computer.
    expect(execFileSync('sh', ['-c', 'ls -d /etc/sallyport 2>/dev/null || echo none'], { encoding: 'utf8' })).toBe(
      'none\n',
    );
  });
});
