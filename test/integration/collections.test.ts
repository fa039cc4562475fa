import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { collectors, collectSections } from '@sallyport/agent/collectors/all';
import { noMemory } from '@sallyport/agent/collectors/collector';
import { executableLimits } from '@sallyport/agent/executables/round';
import { rootFiles } from '@sallyport/agent/platform/root-files';
import { windowsCollectors } from '@sallyport/agent/windows/collectors';
import { parseWindowsReport } from '@sallyport/agent/windows/report';
import type { Collection, Field, Item } from '@sallyport/appliance/features/inventory/types';
import { itemsParser } from '@sallyport/appliance/features/inventory/validate';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { tryCommand } from '../support/commands.ts';
import { findInFolder } from '../support/folder-search.ts';
import { type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';
import { nativeDevice } from '../support/native-device.ts';
import { httpsPost } from '../support/osquery/https-post.ts';
import { repositoryRoot } from '../support/sources.ts';
import { makeToken } from '../support/tokens.ts';
import { fillers } from './collection-fillers.ts';

// Every collection of a device: filled through the native door with each of its fields, listed, searched, exported, in the
// register. And what must never be kept: reports full of marked secrets through each door, and a search of the whole data
// folder for the marks.

/** What our agent, or a product through it, reports. */
const ownCollections = [
  'identity',
  'platform',
  'activity',
  'accounts',
  'sessions',
  'software',
  'hardware',
  'os-update',
  'protection',
  'executable',
  'backup-file',
  'quarantine-file',
  'external-device',
  'encryption',
];

let site: GlpiSite;
let device: Awaited<ReturnType<typeof nativeDevice>>;
let api: ReturnType<typeof apiClient>;

beforeAll(async () => {
  site = await openGlpiSite();
  device = await nativeDevice(site.appliance, { folder: site.folder, port: site.port, name: 'line-hmi' });
  api = apiClient(site.appliance, site.port);
});
afterAll(() => site?.close());

const reported = (collection: Collection): [string, Field][] =>
  Object.entries(collection.fields).filter(([, field]) => !field.entered);

/** A value of a field that is found again. */
const sampleOf = (collection: string, name: string, field: Field): unknown => {
  const mark = `${collection}-${name}`;
  switch (field.type) {
    case 'text':
      return field.choices?.[0] ?? mark.slice(0, field.maxLength);
    case 'integer':
    case 'real':
      return 42;
    case 'boolean':
      return true;
    case 'time':
      return '2026-01-02T03:04:05Z';
    case 'list':
      return [mark.slice(0, field.maxLength)];
  }
};

describe.each(ownCollections)('the collection %s', (name) => {
  const collection = () => site.appliance.inventory.collection(name);
  const item = () =>
    Object.fromEntries(reported(collection()).map(([field, spec]) => [field, sampleOf(name, field, spec)]));

  it('is filled through the front door with every field that it declares', async () => {
    const put = await device.report(name, [item()]);
    expect(`${name} ${put.status} ${put.text}`).toContain(`${name} 200`);
    const [row] = site.appliance.inventory.ofAnyCollection.section(device.id, name, { personal: true });
    const missing = reported(collection()).filter(([field]) => (row?.[field] ?? null) === null);
    expect(missing).toEqual([]);
  });

  it('is listed, searched and exported; what is personal only when it is asked for', async () => {
    const fields = reported(collection()).filter(([, field]) => !field.perDevice);
    const [searched] =
      fields.find(([, field]) => field.type === 'text' && field.choices === undefined && !field.personal) ?? [];
    const text = searched === undefined ? '' : String(item()[searched]);
    const list = JSON.parse((await api(`/inventory/${name}?device=${device.publicId}`)).text) as { total: number };
    expect(list.total).toBe(1);
    if (searched !== undefined)
      expect(JSON.parse((await api(`/inventory/${name}?search=${encodeURIComponent(text)}`)).text)).toMatchObject({
        total: 1,
      });
    const csv = (await api(`/inventory/${name}.csv?device=${device.publicId}`)).text;
    const personal = fields.filter(([, field]) => field.personal && field.type === 'text');
    expect(csv.split('\r\n')[0]).toContain(fields.find(([, field]) => !field.personal)?.[0]);
    for (const [field] of personal) expect(csv).not.toContain(`${name}-${field}`);
    if (personal.length > 0) {
      const asked = (await api(`/inventory/${name}?personal=true&device=${device.publicId}`)).text;
      for (const [field] of personal) expect(asked).toContain(String(item()[field]));
    }
  });

  it('is in the register with every field', async () => {
    const register = JSON.parse((await api('/provision')).text) as {
      rows: { name: string; rows: number; personal: string; fields: { name: string; encrypted: boolean }[] }[];
    };
    const row = register.rows.find((entry) => entry.name === name);
    expect(row?.rows).toBeGreaterThan(0);
    expect(row?.fields.map((field) => field.name).sort()).toEqual(Object.keys(collection().fields).sort());
    const personal = Object.entries(collection().fields).filter(([, field]) => field.personal);
    for (const [field] of personal)
      expect(row?.fields.find((entry) => entry.name === field)).toMatchObject({ encrypted: true });
  });
});

it('they are the rows of the data map that are sections of a device', () => {
  const rows = ownCollections.map((name) => site.appliance.inventory.collection(name).row);
  const listed = ['D3', 'D4', 'D5', 'D6', 'S1', 'S2', 'S5', 'S7', 'C1', 'C3', 'C6', 'C7'];
  expect(listed.filter((row) => !rows.includes(row))).toEqual([]);
});

describe('what our agent collects', () => {
  const filled = new Set<string>();
  /** Items as the appliance takes them, and nothing that it would ignore. */
  const check = (name: string, items: readonly Item[]): void => {
    const collection = site.appliance.inventory.collection(name);
    itemsParser(collection)(items);
    const declared = new Set(reported(collection).map(([field]) => field));
    const unknown = items.flatMap((item) => Object.keys(item)).filter((field) => !declared.has(field));
    expect([...new Set(unknown)].map((field) => `${name}.${field}`)).toEqual([]);
    for (const one of items) for (const field of Object.keys(one)) filled.add(`${name}.${field}`);
  };

  it('on this computer is what the collections declare', async () => {
    // Asking apt takes seconds and has a test of its own; its items have the fields of the Windows ones.
    const chosen = collectors.filter(({ collection }) => collection !== 'os-update');
    const from = {
      files: rootFiles('/'),
      memory: noMemory,
      clock: () => Date.UTC(2026, 0, 1),
      executables: { ...executableLimits, entriesPerTurn: 100 },
    };
    const sections = await collectSections(from, { chosen });
    for (const { collection, items } of sections) check(collection, items);
    expect(sections.map(({ collection }) => collection)).toEqual(
      expect.arrayContaining(['identity', 'software', 'protection']),
    );
  });

  it('on Windows is what the collections declare', async () => {
    const text = readFileSync(join(repositoryRoot, 'agent/test/windows/report.json'), 'utf8');
    const context = { files: rootFiles('/'), memory: noMemory, clock: () => Date.UTC(2026, 0, 1) };
    for (const { collection, collect } of windowsCollectors(async () => parseWindowsReport(text)))
      check(collection, (await collect(context)) ?? []);
  });

  it('on Linux says of an account when it logged in last, and when its password was set', async () => {
    const root = join(site.folder, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(root, 'var/log'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'asem:x:2:2:Асем:/home/asem:/bin/sh\n');
    writeFileSync(join(root, 'etc/shadow'), 'asem:$6$x:20000:0:99999:7:::\n');
    const lastlog = Buffer.alloc(3 * 292);
    lastlog.writeUInt32LE(Date.UTC(2026, 0, 2) / 1000, 2 * 292);
    writeFileSync(join(root, 'var/log/lastlog'), lastlog);
    const context = { files: rootFiles(root), memory: noMemory, clock: () => Date.UTC(2026, 0, 3) };
    const chosen = collectors.filter(({ collection }) => collection === 'accounts');
    for (const { collection, items } of await collectSections(context, { chosen })) {
      check(collection, items);
      expect(items).toMatchObject([
        { name: 'asem', lastLoginAt: '2026-01-02T00:00:00Z', passwordSetAt: '2024-10-04T00:00:00Z' },
      ]);
    }
  });

  it('and what others report fills every field that is declared', () => {
    const declared = ownCollections.flatMap((name) =>
      reported(site.appliance.inventory.collection(name)).map(([field]) => `${name}.${field}`),
    );
    const writes = (path: string, field: string): boolean =>
      new RegExp(`\\b${field.slice(field.indexOf('.') + 1)}\\b`).test(readFileSync(join(repositoryRoot, path), 'utf8'));
    expect({
      unfilled: declared.filter((field) => !filled.has(field) && fillers[field] === undefined),
      unknown: Object.keys(fillers).filter((field) => !declared.includes(field)),
      unwritten: Object.entries(fillers)
        .filter(([field, path]) => !writes(path, field))
        .map(([field]) => field),
    }).toEqual({ unfilled: [], unknown: [], unwritten: [] });
  });
});

/** A secret by its place, long enough to be unmistakable. */
const secret = (place: string): string => `zq7${place}Hidden${place.length}wk`;
/** What is kept on purpose: finding it shows that the search finds. */
const kept = (door: string): string => `kept-${door}-package`;

const secretPlaces = (door: string): string[] =>
  [
    'Env',
    'CommandLine',
    'Argument',
    'Registry',
    'SshKey',
    'ProductKey',
    'Community',
    'Wifi',
    'Sim',
    'Person',
    'Home',
    'Unknown',
    'Token',
  ].map((place) => `${door}${place}`);

const leaks = (door: string, more: readonly string[] = []): string[] => [
  ...findInFolder(site.dataDir, site.appliance.paths.database, [...secretPlaces(door).map(secret), ...more]),
  ...secretPlaces(door)
    .map(secret)
    .filter((text) => site.server.output().includes(text)),
];

/** What may be kept is found, and a person is there for whoever may ask: the secrets were taken in, not turned away. */
const expectKept = (door: string, id: number): void => {
  const found = findInFolder(site.dataDir, site.appliance.paths.database, [kept(door)]);
  expect(found.join(' ')).toContain('inv_software.name');
  const people = JSON.stringify(site.appliance.inventory.section(id, 'accounts', { personal: true }));
  expect(people).toContain(secret(`${door}Person`));
};

const deviceNamed = (name: string): number => {
  const [found] = site.appliance.devices.list({ limit: 1, search: name }).rows;
  if (found === undefined) throw new Error(`${name} did not enrol`);
  return found.id;
};

describe('a report full of secrets', () => {
  it('through the native door leaves none of them in the data folder', async () => {
    const s = (place: string) => secret(`native${place}`);
    const reports: [string, Item[]][] = [
      [
        'software',
        [
          {
            name: kept('native'),
            version: '1',
            type: 'windows',
            envs: s('Env'),
            commandLine: s('CommandLine'),
            uninstallCommand: `"C:\\Users\\${s('Home')}\\un.exe" /S`,
          },
        ],
      ],
      ['platform', [{ vendor: 'debian', productKey: s('ProductKey'), sshKey: s('SshKey'), registry: s('Registry') }]],
      ['accounts', [{ name: s('Person'), fullName: s('Person'), sid: s('Person'), home: s('Home') }]],
      [
        'sessions',
        [{ account: s('Person'), domain: s('Person'), remoteAddress: s('Person'), arguments: s('Argument') }],
      ],
      ['executable', [{ sha256: 'a'.repeat(64), name: 'run', path: `/home/${s('Home')}/run` }]],
      [
        'quarantine-file',
        [{ product: 'P', number: '1', name: 'x', path: `C:\\Users\\${s('Home')}\\x`, account: s('Person') }],
      ],
      ['protection', [{ product: 'P', kind: 'antivirus', activeLicence: s('ProductKey'), password: s('Unknown') }]],
      ['hardware', [{ type: 'network', model: 'x', community: s('Community'), wifi: s('Wifi'), sim: s('Sim') }]],
    ];
    for (const [collection, items] of reports) {
      const put = await device.report(collection, items);
      expect(`${collection} ${put.status} ${put.text}`).toContain(`${collection} 200`);
    }
    // Refused altogether: a collection that there is not, an event that there is not, a body that is none.
    expect((await device.report('processes', [{ command: s('CommandLine') }])).status).toBe(404);
    await device.send('POST', '/events', {
      events: [{ id: 'e-1', type: 'made.up', at: '2026-01-01T00:00:00Z', params: { text: s('Unknown') } }],
    });
    await device.send('POST', '/check-in', { version: s('Unknown') });
    expectKept('native', device.id);
    // What stands in a packed column is found there.
    const packed = findInFolder(site.dataDir, site.appliance.paths.database, ['un.exe']);
    expect(packed.join(' ')).toContain('section.attrs, unpacked');
    expect(leaks('native', [device.secret])).toEqual([]);
  });

  it('through the door of GLPI and OCS leaves none of them, in JSON and in XML', async () => {
    const token = site.token({ approve: 'auto' });
    const s = (place: string) => secret(`glpi${place}`);
    const id = 'line-mes-2026-01-01-10-00-00';
    const headers = { 'content-type': 'application/json', 'glpi-agent-id': '3b6f1f0e-6f0c-4d7e-9d3f-1a2b3c4d5e6f' };
    const contact = {
      action: 'contact',
      deviceid: id,
      name: 'GLPI-Agent',
      version: '1.11',
      'installed-tasks': [],
      'enabled-tasks': [],
    };
    await site.send(token, { headers, body: Buffer.from(JSON.stringify(contact)) });
    const content = {
      hardware: {
        name: 'line-mes',
        uuid: '4C4C4544-0042-3510-8051-C7C04F4E7777',
        winprodkey: s('ProductKey'),
        lastloggeduser: s('Person'),
      },
      operatingsystem: { name: 'Debian', full_name: 'Debian GNU/Linux 13', ssh_key: s('SshKey') },
      versionclient: 'GLPI-Agent_v1.11',
      versionprovider: { name: 'GLPI', version: '1.11', perl_args: s('Argument'), program: s('CommandLine') },
      softwares: [{ name: kept('glpi'), version: '1', username: s('Person'), userid: s('Person') }],
      envs: [{ key: 'API_TOKEN', val: s('Env') }],
      processes: [{ cmd: s('CommandLine'), pid: 1, user: s('Person') }],
      registry: [{ name: 'x', value: s('Registry'), hive: 'HKLM' }],
      licenseinfos: [{ name: 'Office', key: s('ProductKey'), productid: s('ProductKey') }],
      network_device: { type: 'Networking', name: 'sw', credentials: s('Community') },
      networks: [{ description: 'wlan0', wifi_ssid: s('Wifi'), wifi_bssid: s('Wifi'), mac: '00:1b:44:aa:bb:01' }],
      simcards: [{ imsi: s('Sim'), serial: s('Sim') }],
      users: [{ login: s('Person'), domain: s('Person') }],
      local_users: [{ login: s('Person'), name: s('Person'), home: `/home/${s('Home')}`, id: '1000' }],
      made_up: [{ text: s('Unknown') }],
    };
    const body = Buffer.from(JSON.stringify({ action: 'inventory', deviceid: id, itemtype: 'Computer', content }));
    const answer = await site.send(token, { headers, body });
    expect(`${answer.status} ${answer.body.toString()}`).toContain('200');
    expectKept('glpi', deviceNamed('line-mes'));
    expect(leaks('glpi', [token])).toEqual([]);
    // A report of another agent at the same door; what it does not name is emptied.
    const xml = `<?xml version="1.0" encoding="UTF-8"?><REQUEST><CONTENT>
      <HARDWARE><NAME>line-mes</NAME><UUID>4C4C4544-0042-3510-8051-C7C04F4E7777</UUID><WINPRODKEY>${s('ProductKey')}</WINPRODKEY></HARDWARE>
      <ENVS><KEY>API_TOKEN</KEY><VAL>${s('Env')}</VAL></ENVS><PROCESSES><CMD>${s('CommandLine')}</CMD></PROCESSES>
      <OPERATINGSYSTEM><SSH_KEY>${s('SshKey')}</SSH_KEY></OPERATINGSYSTEM><REGISTRY><REGVALUE>${s('Registry')}</REGVALUE></REGISTRY>
      <SOFTWARES><NAME>${kept('glpi')}</NAME><VERSION>1</VERSION><USERNAME>${s('Person')}</USERNAME></SOFTWARES>
      <VERSIONPROVIDER><PERL_ARGS>${s('Argument')}</PERL_ARGS></VERSIONPROVIDER><MADEUP><TEXT>${s('Unknown')}</TEXT></MADEUP>
      <SIMCARDS><IMSI>${s('Sim')}</IMSI></SIMCARDS><USERS><LOGIN>${s('Person')}</LOGIN></USERS>
      </CONTENT><DEVICEID>${id}</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>`;
    await site.send(token, {
      headers: { 'content-type': 'application/x-compress-zlib', 'user-agent': 'FusionInventory-Agent_v2.6' },
      body: deflateSync(Buffer.from(xml)),
    });
    // The token stands in the address of this door: in no log and no journal either.
    expect(leaks('glpi', [token])).toEqual([]);
    expect(site.server.output()).not.toContain(token);
  });

  it('from a stick leaves none of them, in the form of our agent and in that of GLPI', async () => {
    const s = (place: string) => secret(`stick${place}`);
    const sections = {
      software: [{ name: kept('stick'), version: '1', envs: s('Env'), commandLine: s('CommandLine') }],
      accounts: [{ name: s('Person'), fullName: s('Person'), home: s('Home') }],
      platform: [{ vendor: 'debian', productKey: s('ProductKey'), sshKey: s('SshKey'), registry: s('Registry') }],
      processes: [{ command: s('CommandLine') }],
      executable: [{ sha256: 'c'.repeat(64), name: 'run', path: `/home/${s('Home')}/run` }],
    };
    const collectedAt = '2026-05-01T08:00:00Z';
    const own = {
      format: 'sallyport-inventory/1',
      agentVersion: '0.1.0',
      collectedAt,
      device: {
        uuid: '4c4c4544-0042-3510-8051-c7c04f4e5555',
        serial: null,
        macs: [],
        hostname: 'line-alone',
        os: 'linux',
        arch: 'amd64',
      },
      sections: Object.fromEntries(
        Object.entries(sections).map(([name, items]) => [name, { hash: sectionHash(items), collectedAt, items }]),
      ),
      environment: s('Env'),
    };
    const glpi = {
      action: 'inventory',
      deviceid: 'line-alone-2-2026-05-01-08-00-00',
      itemtype: 'Computer',
      content: {
        hardware: { name: 'line-alone-2', uuid: '4c4c4544-0042-3510-8051-c7c04f4e5556', winprodkey: s('ProductKey') },
        softwares: [{ name: kept('stick'), version: '1', username: s('Person') }],
        envs: [{ key: 'TOKEN', val: s('Env') }],
        processes: [{ cmd: s('CommandLine') }],
        simcards: [{ imsi: s('Sim') }],
        made_up: [{ text: s('Unknown') }],
      },
    };
    const files = Object.entries({ own, glpi }).map(([name, report]) => {
      const path = join(site.folder, `${name}.json`);
      writeFileSync(path, JSON.stringify(report));
      return path;
    });
    const imported = await tryCommand('sallyport', [
      'inventory',
      'import',
      ...files,
      '--approve',
      '--data',
      site.dataDir,
    ]);
    expect(`${imported.status} ${imported.stdout}${imported.stderr}`).toMatch(/^0 [\s\S]*line-alone-2/);
    for (const text of secretPlaces('stick').map(secret)) expect(imported.stdout + imported.stderr).not.toContain(text);
    expectKept('stick', deviceNamed('line-alone'));
    expect(leaks('stick')).toEqual([]);
  });

  it('through the door of osquery leaves none of them', async () => {
    const token = makeToken(site.appliance.objects, 'osquery');
    const post = httpsPost(`https://127.0.0.1:${site.port}`, site.appliance.ca.certificatePem);
    const s = (place: string) => secret(`osquery${place}`);
    try {
      const call = async (path: string, body: unknown) =>
        JSON.parse(await post(`/api/osquery/${path}`, JSON.stringify(body), {})) as Record<string, unknown>;
      const enrolled = await call('enroll', {
        enroll_secret: token,
        host_identifier: '4c4c4544-0042-3510-8051-c7c04f4e9999',
        host_details: {
          os_version: { name: 'Debian', platform: 'debian', version: '13', ssh_key: s('SshKey') },
          system_info: { hostname: 'line-scada', uuid: '4c4c4544-0042-3510-8051-c7c04f4e9999', token: s('Token') },
        },
      });
      const nodeKey = String(enrolled['node_key']);
      const { queries } = (await call('distributed/read', { node_key: nodeKey })) as {
        queries: Record<string, string>;
      };
      const rows: Record<string, Record<string, string>[]> = {
        'software.deb_packages': [
          { name: kept('osquery'), version: '1', source: 'x', env: s('Env'), cmdline: s('CommandLine') },
        ],
        platform: [{ name: 'Debian', platform: 'debian', version: '13', product_key: s('ProductKey') }],
        accounts: [
          { username: s('Person'), description: s('Person'), directory: `/home/${s('Home')}`, uid: '1000', gid: '1' },
        ],
        sessions: [{ type: 'user', user: s('Person'), host: s('Person'), time: '1700000000' }],
      };
      const answers = Object.fromEntries(
        Object.keys(queries).map((name) => [name, rows[name.replace(/^sp:inv:/, '').replace(/:\d+$/, '')] ?? []]),
      );
      expect(Object.keys(answers).length).toBeGreaterThan(5);
      await call('distributed/write', {
        node_key: nodeKey,
        queries: {
          ...answers,
          'sp:inv:process_envs:1': [{ key: 'TOKEN', value: s('Env') }],
          made_up: [{ registry: s('Registry'), wifi: s('Wifi'), sim: s('Sim') }],
        },
        statuses: Object.fromEntries(Object.keys(answers).map((name) => [name, 0])),
        messages: { made_up: s('Unknown') },
      });
      await call('log', {
        node_key: nodeKey,
        log_type: 'result',
        data: [{ name: 'process_envs', action: 'added', columns: { value: s('Env'), community: s('Community') } }],
      });
      await call('log', { node_key: nodeKey, log_type: 'status', data: [{ severity: '2', message: s('Argument') }] });
      expectKept('osquery', deviceNamed('line-scada'));
      expect(leaks('osquery', [token, nodeKey])).toEqual([]);
    } finally {
      post.close();
    }
  });
});
