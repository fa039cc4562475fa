import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { collector as platform } from '../../agent/src/collectors/platform.ts';
import { collector as software } from '../../agent/src/collectors/software.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { command } from '../support/commands.ts';
import { type GlpiSite, hasAgents, installed, listed, openGlpiSite } from '../support/glpi-site.ts';
import { isLong } from '../support/long.ts';

// Debian's own FusionInventory and OCS agents, unmodified, against the server as it is shipped.

const collectedAt = '2026-11-24T10:00:00Z';

describe.skipIf(!hasAgents)('agents that people already run', () => {
  let site: GlpiSite;
  let fusionToken = '';
  beforeAll(async () => {
    site = await openGlpiSite();
  });
  afterAll(() => site.close());

  const devices = () => site.appliance.devices.list({ limit: 100 }).rows;
  const section = (device: number, collection: string) =>
    site.appliance.inventory.ofAnyCollection.section(device, collection, { personal: true });

  it('FusionInventory enrols, waits, reports what dpkg lists, and stays one device', async () => {
    fusionToken = site.token();
    const secret = fusionToken;
    await site.fusion(secret, { state: 'a', more: ['--tag=line3', '--tasks=inventory'] });
    const [pending, ...others] = devices();
    expect(others).toEqual([]);
    expect(pending).toMatchObject({ state: 'pending', os: expect.stringMatching(/^debian \d+$/) });
    const id = pending?.id ?? 0;
    expect(section(id, 'software')).toEqual([]);

    site.appliance.devices.approve(systemActor, id);
    await site.fusion(secret, { state: 'a', more: ['--tasks=inventory'] });
    const [managed, ...more] = devices();
    expect(more).toEqual([]);
    expect(managed).toMatchObject({ id, state: 'managed', agentVersion: expect.stringContaining('FusionInventory') });
    expect(listed(section(id, 'software'))).toEqual(installed());
    expect(section(id, 'platform')).toMatchObject([{ vendor: 'debian', _source: 'glpi' }]);

    const before = site.appliance.inventory.changes({ device: id, limit: 1_000 });
    await site.fusion(secret, { state: 'a', more: ['--tasks=inventory'] });
    expect(devices()).toHaveLength(1);
    const later = site.appliance.inventory.changes({ device: id, limit: 1_000 });
    expect(later.filter((one) => one.collection === 'software')).toHaveLength(
      before.filter((one) => one.collection === 'software').length,
    );
  });

  it('OCS does, too; it is shown as perhaps the same device, and has install dates', async () => {
    const secret = site.token();
    await site.ocs(secret, { state: 'a' });
    const [fusion, ocs] = devices();
    expect(ocs).toMatchObject({ state: 'pending', resembles: fusion?.id });
    const id = ocs?.id ?? 0;
    site.appliance.devices.approve(systemActor, id);
    await site.ocs(secret, { state: 'a' });
    expect(devices()).toHaveLength(2);
    expect(listed(section(id, 'software'))).toEqual(installed());
    const agent = section(id, 'software').find((row) => row['name'] === 'ocsinventory-agent');
    const list = statSync('/var/lib/dpkg/info/ocsinventory-agent.list');
    expect(toTime(Number(agent?.['installedAt']))).toBe(toTime(list.mtimeMs));
  });

  it('is matched with advisories as through our own agent', async () => {
    const { appliance } = site;
    const context = { files: rootFiles('/'), memory: noMemory, clock: nowMs };
    const own = 9_999;
    for (const { collection, collect } of [platform, software]) {
      // Packages beside the system are our agent's alone.
      const items = ((await collect(context)) ?? []).filter(({ type }) => type === undefined || type === 'deb');
      const hash = sectionHash(items);
      appliance.inventory.putSection({ device: own, collection, source: 'native', hash, collectedAt, items });
    }
    // The other agents reported before anybody knew the sources.
    appliance.vulnerabilities.refreshSources();
    const components = (device: number): unknown =>
      appliance.db.prepare('select components from device_component where device = ?').pluck().get(device);
    const [fusion, ocs] = devices();
    expect(components(own)).toBeInstanceOf(Buffer);
    expect(components(fusion?.id ?? 0)).toEqual(components(own));
    expect(components(ocs?.id ?? 0)).toEqual(components(own));
    const purls = (device: number): Set<unknown> => new Set(section(device, 'software').map((row) => row['purl']));
    expect(purls(fusion?.id ?? 0)).toEqual(purls(own));
    appliance.inventory.forget(own);
  });

  it('finds files that somebody looks for in its group, and no others', async () => {
    const { objects, devices: service, inventory } = site.appliance;
    const id = devices()[0]?.id ?? 0;
    const folder = join(site.folder, 'programs');
    mkdirSync(join(folder, 'inside'), { recursive: true });
    const bytes = Buffer.from('the program that is looked for');
    writeFileSync(join(folder, 'inside/tool.bin'), bytes);
    writeFileSync(join(folder, 'other.bin'), 'another program');
    const hashes = Object.fromEntries(
      ['sha256', 'sha512'].map((algorithm) => [algorithm, createHash(algorithm).update(bytes).digest('hex')]),
    );
    const group = objects.create(systemActor, 'group', { name: 'Line 3' }).id;
    objects.ofAnyKind.create(systemActor, 'file-search', {
      name: 'tool',
      group,
      folder,
      recursive: true,
      sizeBytes: bytes.length,
      ...hashes,
    }); // prettier-ignore
    const collect = () => site.fusion(fusionToken, { state: 'a', more: ['--tasks=collect'] });
    await collect();
    expect(section(id, 'executable')).toEqual([]);
    objects.put(systemActor, 'device-decision', service.byId(id).publicId, { group });
    await collect();
    const found = { sha256: hashes['sha256'], name: 'tool.bin', sizeBytes: bytes.length, _source: 'glpi' };
    expect(section(id, 'executable')).toMatchObject([found]);
    // A report of everything else leaves it.
    await site.fusion(fusionToken, { state: 'a', more: ['--tasks=inventory'] });
    expect(section(id, 'executable')).toMatchObject([found]);
    rmSync(join(folder, 'inside/tool.bin'));
    await collect();
    expect(section(id, 'executable')).toEqual([]);
    expect(inventory.verify()).toEqual([]);
  });

  it('becomes one device when the two are merged, and each fact keeps its origin', () => {
    const [fusion, ocs] = devices();
    site.appliance.devices.merge(systemActor, fusion?.id ?? 0, ocs?.id ?? 0);
    const [one, ...others] = devices();
    expect(others).toEqual([]);
    const id = one?.id ?? 0;
    expect(new Set(site.appliance.devices.sourcesOf(id).map(({ source }) => source))).toEqual(new Set(['glpi', 'ocs']));
    expect(section(id, 'software')[0]).toMatchObject({ _source: 'glpi' });
    expect(listed(section(id, 'software'))).toEqual(installed());
    expect(Object.keys(site.appliance.inventory.hashes(id, 'ocs'))).toContain('software');
  });

  it.runIf(isLong)('both give user and password where the token asks for them, as the settings say', async () => {
    const out = join(site.folder, 'kit');
    const { id } = await command(
      'sallyport',
      'token',
      'create',
      '--data',
      site.dataDir,
      '--for',
      'glpi',
      '--user',
      'plant',
      '--approve',
      'auto',
      '--out',
      out,
    ); // prettier-ignore
    const setting = (file: string, name: string): string =>
      new RegExp(`^${name} ?= ?(.*)$`, 'm').exec(readFileSync(join(out, file), 'utf8'))?.[1] ?? '';
    const secret = readFileSync(join(out, 'secret'), 'utf8').trim();
    const options = (file: string, ...names: readonly string[]): string[] =>
      names.map((name) => `--${name}=${setting(file, name)}`);
    await site.fusion(secret, { state: 'a', more: ['--tasks=inventory', ...options('agent.cfg', 'user', 'password')] });
    await site.ocs(secret, { state: 'a', more: options('ocsinventory-agent.cfg', 'user', 'password', 'realm') });
    // OCS keeps its name per address, so with another token it is a client that nobody knows yet.
    const came = devices().flatMap((device) => site.appliance.devices.sourcesOf(device.id));
    expect(came.filter(({ token }) => token === id).map(({ source }) => source)).toEqual(['glpi', 'ocs']);
  });

  it('neither talks to a server of a foreign authority', async () => {
    const foreign = '/etc/ssl/certs/ca-certificates.crt';
    const secret = site.token({ approve: 'auto' });
    const before = devices().length;
    await site.fusion(secret, { state: 'b', ca: foreign });
    await site.ocs(secret, { state: 'b', ca: foreign });
    expect(devices()).toHaveLength(before);
    expect(
      site.appliance.events.list({ scope: wholeSite('job'), type: ['enrolment-refused'], limit: 10 }).rows,
    ).toEqual([]);
  });
});
