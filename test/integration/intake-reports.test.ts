import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { apiClient } from '../support/api-client.ts';
import { tryCommand } from '../support/commands.ts';
import { type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';
import { nativeDevice } from '../support/native-device.ts';
import { httpsPost } from '../support/osquery/https-post.ts';
import { makeToken } from '../support/tokens.ts';

// The same news through each door of a running server, and what is no section of a device through the door that it has.

let site: GlpiSite;
let device: Awaited<ReturnType<typeof nativeDevice>>;
let api: ReturnType<typeof apiClient>;

beforeAll(async () => {
  site = await openGlpiSite();
  device = await nativeDevice(site.appliance, { folder: site.folder, port: site.port, name: 'line-hmi' });
  api = apiClient(site.appliance, site.port);
});
afterAll(() => site?.close());

type Package = { name: string; version: string };
/** Some packages, of which the first three follow the version. */
const packagesOf = (source: string, version: number): Package[] =>
  Array.from({ length: 12 }, (_, n) => ({ name: `${source}-tool-${n}`, version: n < 3 ? `${version}.0-1` : '1.0-1' }));

/** How each door brings the packages of one device. */
const reports: Readonly<Record<string, (packages: Package[]) => Promise<void>>> = {
  native: async (packages) => {
    const items = packages.map((one) => ({ ...one, type: 'deb', arch: 'amd64' }));
    expect((await device.report('software', items)).status).toBe(200);
  },
  'GLPI, JSON': async (packages) => {
    const softwares = packages.map((one) => ({ ...one, from: 'deb', arch: 'amd64' }));
    const content = { hardware: { name: 'changes-glpi' }, softwares, versionclient: 'GLPI-Agent_v1.11' };
    const deviceid = 'changes-glpi-2026-01-01-10-00-00';
    const answer = await site.send(glpiToken(), {
      headers: { 'content-type': 'application/json', 'glpi-agent-id': '3b6f1f0e-6f0c-4d7e-9d3f-1a2b3c4d5e70' },
      body: Buffer.from(JSON.stringify({ action: 'inventory', deviceid, itemtype: 'Computer', content })),
    });
    expect(`${answer.status} ${answer.body.toString()}`).toContain('200');
  },
  FusionInventory: (packages) => xmlReport('changes-fusion', 'FusionInventory-Agent_v2.6', packages),
  OCS: (packages) => xmlReport('changes-ocs', 'OCS-NG_unified_unix_agent_v2.10.0', packages),
  osquery: async (packages) => {
    const post = httpsPost(`https://127.0.0.1:${site.port}`, site.appliance.ca.certificatePem);
    try {
      const call = async (path: string, body: unknown) =>
        JSON.parse(await post(`/api/osquery/${path}`, JSON.stringify(body), {})) as Record<string, unknown>;
      if (osqueryKey.held === '') {
        const token = makeToken(site.appliance.objects, 'osquery');
        const system_info = { hostname: 'changes-osquery' };
        const enrolled = { enroll_secret: token, host_identifier: 'changes', host_details: { system_info } };
        osqueryKey.held = String((await call('enroll', enrolled))['node_key']);
      }
      const rows = packages.map(({ name, version }) => ({
        name,
        version,
        arch: 'amd64',
        source: name,
        status: 'install ok installed',
      }));
      await call('distributed/write', {
        node_key: osqueryKey.held,
        queries: {
          'sp:inv:platform:1': [{ name: 'Debian', platform: 'debian', version: '13' }],
          'sp:inv:software.deb_packages:1': rows,
        },
        statuses: { 'sp:inv:platform:1': 0, 'sp:inv:software.deb_packages:1': 0 },
      });
    } finally {
      post.close();
    }
  },
  offline: async (packages) => {
    const items = packages.map((one) => ({ ...one, type: 'deb', arch: 'amd64' }));
    const collectedAt = '2026-05-01T08:00:00Z';
    const facts = { uuid: null, serial: 'S-changes', macs: [], hostname: 'changes-stick', os: 'linux', arch: 'amd64' };
    const answer = await api('/inventories?approve=true', {
      type: 'application/octet-stream',
      body: JSON.stringify({
        format: 'sallyport-inventory/1',
        agentVersion: '0.1.0',
        collectedAt,
        device: facts,
        sections: { software: { hash: sectionHash(items), collectedAt, items } },
      }),
    });
    expect(`${answer.status} ${answer.text}`).toMatch(/"(?:stored|same)"/);
  },
};
const osqueryKey = { held: '' };
const glpiSecret = { held: '' };
const glpiToken = (): string => {
  if (glpiSecret.held === '') glpiSecret.held = site.token({ approve: 'auto' });
  return glpiSecret.held;
};
const xmlReport = async (name: string, agent: string, packages: Package[]): Promise<void> => {
  const softwares = packages
    .map(
      ({ name: of, version }) =>
        `<SOFTWARES><NAME>${of}</NAME><VERSION>${version}</VERSION><FROM>deb</FROM></SOFTWARES>`,
    )
    .join('');
  const xml = `<?xml version="1.0" encoding="UTF-8"?><REQUEST><CONTENT><HARDWARE><NAME>${name}</NAME></HARDWARE>${softwares}
    <VERSIONCLIENT>${agent}</VERSIONCLIENT></CONTENT><DEVICEID>${name}-2026-01-01-10-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>`;
  const answer = await site.send(glpiToken(), {
    headers: { 'content-type': 'application/x-compress-zlib', 'user-agent': agent },
    body: deflateSync(Buffer.from(xml)),
  });
  expect(answer.status).toBe(200);
};

describe.each(Object.keys(reports))('three packages changed, through the door of %s', (source) => {
  it('are three rows of change, no more, and the same report again is none', async () => {
    const send = reports[source];
    const mark = source.replace(/\W/g, '').toLowerCase();
    /** Changes of the packages of this door: which there were before do not count. */
    const changes = () =>
      site.appliance.inventory
        .changes({ scope: wholeSite('job'), collection: ['software'], limit: 200 })
        .filter(({ id }) => id > before.id)
        .map(({ operation }) => operation);
    const newest = () =>
      site.appliance.inventory.changes({ scope: wholeSite('job'), collection: ['software'], limit: 1 })[0]?.id ?? 0;
    const before = { id: 0 };
    await send?.(packagesOf(mark, 1));
    before.id = newest();
    await send?.(packagesOf(mark, 2));
    expect(changes()).toEqual(['changed', 'changed', 'changed']);
    await send?.(packagesOf(mark, 2));
    expect(changes()).toHaveLength(3);
  });
});

describe('rows of the data map that are no section of a device', () => {
  const post = async (path: string, body: unknown) => {
    const answer = await api(path, { type: 'application/json', body: JSON.stringify(body) });
    expect(`${path} ${answer.status} ${answer.text}`).toMatch(/ 20[01] /);
    return JSON.parse(answer.text) as Record<string, unknown>;
  };

  it('come in by a front door, are found, and are in the register', async () => {
    // D1: what the agent of a switch sees behind its ports.
    const connection = { mac: ['00:1b:21:0a:0d:55'] };
    const message = {
      action: 'inventory',
      deviceid: 'map-switch-2026-01-01-00-00-00',
      itemtype: 'Computer',
      content: { hardware: { name: 'map-switch' }, network_ports: [{ ifname: 'Gi1', connections: { connection } }] },
    };
    await site.send(glpiToken(), {
      headers: { 'content-type': 'application/json', 'glpi-agent-id': '3b6f1f0e-6f0c-4d7e-9d3f-1a2b3c4d5e71' },
      body: Buffer.from(JSON.stringify(message)),
    });
    // D2: a directory from a file.
    const ldif = join(site.folder, 'people.ldif');
    const dn = 'uid=zhanna,ou=line,dc=plant,dc=kz';
    writeFileSync(
      ldif,
      `dn: dc=plant,dc=kz\nobjectClass: domain\ndc: plant\n\ndn: ou=line,dc=plant,dc=kz\nobjectClass: organizationalUnit\nou: line\n\ndn: ${dn}\nobjectClass: inetOrgPerson\nuid: zhanna\ncn: Zhanna\n\ndn: cn=welders,dc=plant,dc=kz\nobjectClass: groupOfNames\ncn: welders\nmember: ${dn}\n`,
    );
    site.appliance.objects.create(systemActor, 'directory-source', {
      name: 'Plant',
      host: '127.0.0.1',
      port: 636,
      fingerprint: 'ab'.repeat(32),
    });
    const imported = await tryCommand('sallyport', [
      'directory',
      'import',
      ldif,
      '--source',
      'Plant',
      '--data',
      site.dataDir,
    ]);
    expect(`${imported.status} ${imported.stderr}`).toMatch(/^0 /);
    // D10, D11: tags, rules; the status follows from conditions.
    const made = await post('/objects/group', { body: { name: 'map' } });
    const group = made['object'] as { id: string };
    await post('/objects/tag-rule', { body: { name: 'hmi', tag: 'hmi', condition: 'name = line-hmi' } });
    await post('/objects/moving-rule', {
      body: { name: 'hmi', condition: 'name = line-hmi', group: group.id, mode: 'continuous' },
    });
    await post('/objects/status-conditions', {
      body: { group: group.id, name: 'map', conditions: 'warning "An HMI": name = line-hmi' },
    });
    // C7: an encryption error is an event as well.
    expect(
      (await device.report('encryption', [{ volume: 'D:', state: 'locked', method: 'LUKS', error: 'no key' }])).status,
    ).toBe(200);
    const { rows: errors } = JSON.parse((await api('/events?type=encryption-error')).text) as {
      rows: { params: object }[];
    };
    expect(errors).toContainEqual(expect.objectContaining({ params: { volume: 'D:', error: 'no key' } }));
    // E5: the log of the device, asked for and given.
    const asked = await post(`/devices/${device.publicId}/tasks`, {
      wanted: { kind: 'show-log', lines: 5 },
      reason: 'every row',
    });
    const checkIn = await device.send('POST', '/check-in', { bootId: 'map', seq: 1, version: '1', sections: {} });
    expect(checkIn.text).toContain(String(asked['id']));
    const steps = [{ name: 'log', exit: 0, output: 'a line of the log', ms: 1 }];
    expect(
      (await device.send('POST', `/tasks/${asked['id']}/result`, { attempt: 1, steps, state: 'completed' })).status,
    ).toBe(200);
    expect((await api(`/device-tasks/${asked['id']}`)).text).toContain('a line of the log');

    const { rows } = JSON.parse((await api('/provision')).text) as {
      rows: { row: string; name: string; rows: number }[];
    };
    const filled = new Map<string, number>();
    for (const { row, rows: n } of rows) filled.set(row, (filled.get(row) ?? 0) + n);
    const here = ['D1', 'D2', 'D11', 'C7', 'E5'];
    expect(here.filter((row) => (filled.get(row) ?? 0) === 0)).toEqual([]);
    for (const row of ['D10', 'E9']) expect([row, filled.has(row)]).toEqual([row, true]);

    const total = async (path: string): Promise<number> =>
      (JSON.parse((await api(path)).text) as { total: number }).total;
    expect(await total('/inventory/discovery?search=00:1b:21:0a:0d:55')).toBe(1);
    for (const [name, text] of [
      ['directory-domain', 'plant'],
      ['directory-ou', 'line'],
      ['directory-group', 'welders'],
    ])
      expect([name, await total(`/inventory/${name}?search=${text}`)]).toEqual([name, 1]);
    expect(await total('/inventory/directory-user?personal=true')).toBe(1);
    for (const name of [
      'discovery',
      'directory-domain',
      'directory-ou',
      'directory-group',
      'directory-user',
      'directory-member',
    ])
      expect((await api(`/inventory/${name}.csv`)).text.split('\r\n').length).toBeGreaterThan(2);
  });
});
