import { randomUUID } from 'node:crypto';
import type { Appliance } from '../../src/compose.ts';
import { systemActor } from '../../src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../src/features/devices/types.ts';
import { reportSection } from '../support/fleet.ts';
import type { PlantedZones } from './plant-zones.ts';

// What the judge of scope plants beside risks, records and zones: what groups are told to collect, hardware with its records,
// newcomers, categories, selections, measures and files of controllers; always of what is in reach, of what is not, and of both.

type Places = {
  readonly ids: readonly number[];
  readonly publicIds: readonly string[];
  readonly groups: readonly string[];
  readonly zones: PlantedZones;
};

const newcomer = ({ objects, devices }: Appliance, n: number, group: string | undefined): void => {
  const secret = newTokenSecret();
  objects.create(systemActor, 'token', {
    name: `newcomers ${n}`,
    purpose: 'agent',
    hash: tokenHash(secret),
    approve: 'manual',
    ...(group === undefined ? {} : { group }),
  });
  devices.enrol({
    request: {
      token: secret,
      csr: '',
      agentVersion: '1.0.0',
      device: { uuid: randomUUID(), serial: null, macs: [], hostname: `newcomer-${n}`, os: 'linux', arch: 'amd64' },
    },
    csr: { publicKey: new Uint8Array([n]), keyDigest: `newcomer-${n}`.padEnd(64, '0') },
    from: '10.1.2.3',
  });
};

/** By groups as in `tree` of site.ts; 4, 5 and 8 are devices of hall A, 14 and 0 of elsewhere. */
export function plantRest(appliance: Appliance, { ids, publicIds, groups, zones }: Places): void {
  const { objects, inventory } = appliance;
  const create = (kind: string, body: Record<string, unknown>): string =>
    objects.ofAnyKind.create(systemActor, kind, body as never).id;
  for (const at of [0, 1, 2, 3]) {
    const group = groups[at] ?? '';
    create('status-conditions', { name: `Status ${at}`, group, conditions: `warning "Of ${at}": tag = mixer-${at}` });
    create('executable-collection', { name: `Executables ${at}`, group, paths: [`/opt/${at}`] });
    create('neighbour-collection', { name: `Neighbours ${at}`, group });
    create('deploy-consent', { name: `Consent ${at}`, group, reason: `why ${at}` });
    create('package-exclusion', {
      name: `Exclusion ${at}`,
      group,
      packages: [`mixer-${at}`],
      until: '2099-01-01T00:00:00Z',
      reason: `why ${at}`,
    });
    create('file-search', {
      name: `Search ${at}`,
      group,
      folder: `/srv/${at}`,
      sha512: 'ab'.repeat(64),
      sha256: `${at}`.repeat(64),
    });
    newcomer(appliance, at + 1, at === 0 ? undefined : group);
  }
  for (const n of [4, 5, 8, 14, 0]) {
    reportSection(inventory, ids[n] ?? 0, 'hardware', [
      { type: 'disk', model: n % 2 === 0 ? 'Shared' : `Model ${n}`, maker: 'Acme', serial: `SN-${n}` },
      { type: 'monitor', model: `Screen ${n}`, maker: 'Zeta' },
    ]);
    reportSection(inventory, ids[n] ?? 0, 'executable', [
      { name: `tool-${n}`, path: `/opt/tool-${n}`, sha256: `${n % 10}`.repeat(64), sizeBytes: 10 },
      { name: 'all', path: '/opt/all', sha256: 'c'.repeat(64), sizeBytes: 20 },
    ]);
    create('hardware-record', { name: `Disk ${n}`, part: `serial/disk/SN-${n}`, inventoryNumber: `INV-${n}` });
  }
  create('app-category', { name: 'Of devices', devices: [publicIds[4] ?? '', publicIds[14] ?? ''] });
  create('app-category', { name: 'Of a path', paths: ['/opt/*'] });
  create('tag-rule', { name: 'Pumps', tag: 'pumps', condition: 'name starts "Device 1"' });
  create('moving-rule', { name: 'Into B', condition: 'hostname = host-9-9', group: groups[3] ?? '' });
  const at = (n: number): string => zones.controllers[n] ?? '';
  const account = objects.list({ kind: 'account', limit: 1 }).rows[0]?.id ?? '';
  for (const list of ['/devices', '/events'])
    appliance.db
      .prepare("insert into list_view (account, list, name, query, at) values (?, ?, 'Hall B alone', 'q=host', '')")
      .run(account, list);
  // 3 to 8 are in hall A, 9 to 11 in hall B, 12 to 14 on its line.
  for (const n of [3, 6, 9, 13]) {
    create('controller-project-file', {
      controller: at(n),
      sort: 'backup',
      name: `P${n}`,
      sha256: `${n % 10}`.repeat(64),
    });
    objects.ofAnyKind.put(systemActor, 'controller-query-policy', at(n), { queryPolicy: 'passive' });
  }
  for (const [n, of] of [[3], [6, 13], [9], []].entries())
    create('mitigation', {
      name: `Measure ${n}`,
      measure: 'segment',
      controllers: of.map(at),
      ...(of.length === 0 ? { zones: [zones.zones[4] ?? ''] } : {}),
      vulnerabilities: ['CVE-2024-0001'],
      owner: account,
      expiresAt: '2027-05-01T00:00:00Z',
    });
  for (const [n, zone] of [zones.zones[1], zones.zones[4], undefined].entries())
    create('risk-acceptance', {
      name: `Accepted ${n}`,
      vulnerability: 'CVE-2024-0002',
      vendor: 'Siemens',
      product: 'CPU',
      versions: '<9',
      reason: 'Until the overhaul',
      owner: account,
      expiresAt: '2027-05-01T00:00:00Z',
      ...(zone === undefined ? {} : { zone }),
    });
}
