import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { CollectionName } from '@sallyport/appliance/engine/inventory/all-collections';
import type { Collection, Field, Item, SectionRow } from '@sallyport/appliance/engine/inventory/types';
import { itemsParser } from '@sallyport/appliance/engine/inventory/validate';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { tryCommand } from '../support/commands.ts';
import { findInFolder } from '../support/folder-search.ts';
import { type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';
import { nativeDevice } from '../support/native-device.ts';
import { httpsPost } from '../support/osquery/https-post.ts';
import { makeToken } from '../support/tokens.ts';
import { collected, type Filler, type FillerName, filledBy, fillers } from './collection-fillers.ts';

// Every collection of a device: each field filled by its real filler (collection-fillers.ts), listed, searched, exported, in
// the register. And what must never be kept: reports full of marked secrets through each door, and a search of the whole data
// folder for the marks.

const ownCollections = Object.keys(filledBy) as (keyof typeof filledBy)[];

let site: GlpiSite;
let api: ReturnType<typeof apiClient>;
/** The device of each filler. */
const asked = new Map<FillerName, number>();

beforeAll(async () => {
  site = await openGlpiSite();
  api = apiClient(site.appliance, site.port);
  for (const [name, filler] of Object.entries(fillers) as [FillerName, Filler][])
    asked.set(name, await filler.ask(site));
});
afterAll(() => site?.close());

const reported = (collection: Collection): [string, Field][] =>
  Object.entries(collection.fields).filter(([, field]) => !field.entered);

const rowsOf = (filler: FillerName, collection: CollectionName): SectionRow[] =>
  site.appliance.inventory.section(asked.get(filler) ?? 0, collection, { personal: true });

const claims = ownCollections.flatMap((collection) =>
  (Object.entries(filledBy[collection]) as [FillerName, string][]).map(
    ([filler, fields]) => [collection, filler, fields.split(' ')] as const,
  ),
);

describe('each field is filled by who is named for it', () => {
  it.each(claims.map(([collection, filler, fields]) => [collection, fillers[filler].asks, filler, fields] as const))(
    '%s: %s',
    (collection, _asks, filler, fields) => {
      const rows = rowsOf(filler, collection);
      expect(fields.filter((field) => rows.every((row) => (row[field] ?? null) === null))).toEqual([]);
    },
  );

  it('and no field is declared for which nobody is named, nor named twice', () => {
    const declared = ownCollections.flatMap((name) =>
      reported(site.appliance.inventory.collection(name)).map(([field]) => `${name}.${field}`),
    );
    const named = claims.flatMap(([collection, , fields]) => fields.map((field) => `${collection}.${field}`));
    expect(named.sort()).toEqual(declared.sort());
  });

  it('and nothing that our agents report is ignored', () => {
    for (const [name, sections] of collected)
      for (const { collection, items } of sections) {
        const spec = site.appliance.inventory.collection(collection);
        itemsParser(spec)(items);
        const known = new Set(reported(spec).map(([field]) => field));
        const unknown = items.flatMap((item) => Object.keys(item)).filter((field) => !known.has(field));
        expect([...new Set(unknown)].map((field) => `${name}: ${collection}.${field}`)).toEqual([]);
      }
  });

  it('for the collections that are sections of a device', () => {
    const rows = ownCollections.map((name) => site.appliance.inventory.collection(name).row);
    const listed = ['D1', 'D3', 'D4', 'D5', 'D6', 'S1', 'S2', 'S5', 'S7', 'C1', 'C3', 'C6', 'C7'];
    expect(listed.filter((row) => !rows.includes(row))).toEqual([]);
  });
});

type Register = {
  rows: { name: string; rows: number; personal: string; fields: { name: string; encrypted: boolean }[] }[];
};
let provision: Promise<Register> | undefined;
/** The register counts every row: read once. */
const register = (): Promise<Register> => {
  provision ??= api('/provision').then(({ text }) => JSON.parse(text) as Register);
  return provision;
};

describe.each(ownCollections)('the collection %s', (name) => {
  const collection = () => site.appliance.inventory.collection(name);
  /** Who fills the personal fields, or the first. */
  const filler = (): FillerName => {
    const named = claims.filter(([of]) => of === name);
    const isPersonal = (field: string): boolean => collection().fields[field]?.personal === true;
    return (named.find(([, , fields]) => fields.some(isPersonal)) ?? named[0])?.[1] ?? 'ownAgent';
  };
  const device = () => site.appliance.devices.byId(asked.get(filler()) ?? 0).publicId;

  it('is listed, searched and exported; what is personal only when it is asked for', async () => {
    const rows = rowsOf(filler(), name);
    const fields = reported(collection()).filter(([, field]) => !field.perDevice);
    const list = JSON.parse((await api(`/inventory/${name}?device=${device()}`)).text) as { total: number };
    expect(list.total).toBe(rows.length);
    const found = fields
      .filter(([, field]) => field.type === 'text' && field.choices === undefined && !field.personal)
      .map(([field]) => rows.find((row) => row[field] !== null)?.[field])
      .find((value) => typeof value === 'string');
    if (found !== undefined)
      expect(JSON.parse((await api(`/inventory/${name}?search=${encodeURIComponent(found)}`)).text)).toMatchObject({
        total: expect.toSatisfy((total: number) => total > 0) as number,
      });
    const csv = (await api(`/inventory/${name}.csv?device=${device()}`)).text;
    expect(csv.split('\r\n')[0]).toContain(fields.find(([, field]) => !field.personal)?.[0]);
    // Values that stand in no other field, so that what is found is the person's.
    const personal = new Set(
      fields.filter(([, field]) => field.personal && field.type === 'text').map(([field]) => field),
    );
    const open = JSON.stringify(
      rows.map((row) => Object.entries(row).map(([field, value]) => (personal.has(field) ? null : value))),
    );
    const values = rows.flatMap((row) => [...personal].map((field) => row[field]));
    const hidden = values.filter((value) => typeof value === 'string' && value !== '' && !open.includes(value));
    expect(hidden.length > 0).toBe(personal.size > 0);
    for (const value of hidden) expect(csv).not.toContain(value);
    if (hidden.length === 0) return;
    const all = (await api(`/inventory/${name}?personal=true&device=${device()}`)).text;
    for (const value of hidden) expect(all).toContain(JSON.stringify(value).slice(1, -1));
  });

  it('is in the register with every field', async () => {
    const row = (await register()).rows.find((entry) => entry.name === name);
    expect(row?.rows).toBeGreaterThan(0);
    expect(row?.fields.map((field) => field.name).sort()).toEqual(Object.keys(collection().fields).sort());
    const personal = Object.entries(collection().fields).filter(([, field]) => field.personal);
    for (const [field] of personal)
      expect(row?.fields.find((entry) => entry.name === field)).toMatchObject({ encrypted: true });
  });
});

/** A secret by its place, long enough to be unmistakable. */
const secret = (place: string): string => `zq7${place}Hidden${place.length}wk`;
/** What is kept on purpose: finding it shows that the search finds. */
const kept = (source: string): string => `kept-${source}-package`;

const secretPlaces = (source: string): string[] =>
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
  ].map((place) => `${source}${place}`);

/** One search: what may be kept is found, so that it finds, and nothing else is. */
const expectNoLeaks = (source: string, more: readonly string[] = []): void => {
  const secrets = secretPlaces(source).map(secret);
  const found = findInFolder(site.dataDir, site.appliance.paths.database, [kept(source), ...secrets, ...more]);
  const [right, leaks] = [true, false].map((isKept) => found.filter((one) => one.startsWith(kept(source)) === isKept));
  expect(right?.join(' ')).toContain('inv_software.name');
  expect(leaks).toEqual([]);
  expect(secrets.filter((text) => site.server.output().includes(text))).toEqual([]);
};

/** A person is there for whoever may ask: the secrets were taken in, not turned away. */
const expectPerson = (source: string, id: number): void => {
  const people = JSON.stringify(site.appliance.inventory.section(id, 'accounts', { personal: true }));
  expect(people).toContain(secret(`${source}Person`));
};

const deviceNamed = (name: string): number => {
  const [found] = site.appliance.devices.list({ limit: 1, search: name }).rows;
  if (found === undefined) throw new Error(`${name} did not enrol`);
  return found.id;
};

describe('a report full of secrets', () => {
  it('through the native source leaves none of them in the data folder', async () => {
    const native = await nativeDevice(site.appliance, { folder: site.folder, port: site.port, name: 'line-hmi' });
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
      const put = await native.report(collection, items);
      expect(`${collection} ${put.status} ${put.text}`).toContain(`${collection} 200`);
    }
    // Refused altogether: a collection that there is not, an event that there is not, a body that is none.
    expect((await native.report('processes', [{ command: s('CommandLine') }])).status).toBe(404);
    await native.send('POST', '/events', {
      events: [{ id: 'e-1', type: 'made.up', at: '2026-01-01T00:00:00Z', params: { text: s('Unknown') } }],
    });
    await native.send('POST', '/check-in', { version: s('Unknown') });
    expectPerson('native', native.id);
    const ofDevice = findInFolder(site.dataDir, site.appliance.paths.database, ['un.exe']);
    expect(ofDevice.join(' ')).toContain('inv_software.uninstallCommand_usual');
    expectNoLeaks('native', [native.secret]);
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
    expectPerson('glpi', deviceNamed('line-mes'));
    expectNoLeaks('glpi', [token]);
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
    expectNoLeaks('glpi', [token]);
    expect(site.server.output()).not.toContain(token);
  });

  it('from a file leaves none of them, in the form of our agent and in that of GLPI', async () => {
    const s = (place: string) => secret(`offline${place}`);
    const sections = {
      software: [{ name: kept('offline'), version: '1', envs: s('Env'), commandLine: s('CommandLine') }],
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
        softwares: [{ name: kept('offline'), version: '1', username: s('Person') }],
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
    for (const text of secretPlaces('offline').map(secret))
      expect(imported.stdout + imported.stderr).not.toContain(text);
    expectPerson('offline', deviceNamed('line-alone'));
    expectNoLeaks('offline');
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
      expectPerson('osquery', deviceNamed('line-scada'));
      expectNoLeaks('osquery', [token, nodeKey]);
    } finally {
      post.close();
    }
  });
});
