import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { storedZip } from '../../../../test/support/stored-zip.ts';
import { openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { offlineImportService } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-stick-'));
const site = await openConsole();
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
const put = (content: string | Uint8Array, name = 'inventory.json'): string => {
  made += 1;
  const path = join(folder, `${made}-${name}`);
  writeFileSync(path, content);
  return path;
};

type Machine = { hostname: string; uuid?: string; serial?: string };
const machine = (n: number): Machine => ({
  hostname: `isolated-${n}`,
  uuid: `4c4c4544-0042-4a10-8052-b7c04f5a30${(16 + n).toString(16)}`,
});

const own = (
  { hostname, uuid, serial }: Machine,
  packages: Record<string, unknown>[],
  at = '2026-05-01T08:00:00Z',
): string =>
  JSON.stringify({
    format: 'sallyport-inventory/1',
    agentVersion: '0.1.0',
    collectedAt: at,
    device: { uuid: uuid ?? null, serial: serial ?? null, macs: [], hostname, os: 'linux', arch: 'amd64' },
    sections: {
      software: {
        hash: createHash('sha256').update(canonicalJson(packages)).digest('hex'),
        collectedAt: at,
        items: packages,
      },
    },
  });

const glpi = (hostname: string, uuid: string): string =>
  JSON.stringify({
    action: 'inventory',
    deviceid: `${hostname}-2026-05-01-08-00-00`,
    itemtype: 'Computer',
    content: {
      accesslog: { logdate: '2026-05-01 08:00:00' },
      hardware: { name: hostname, uuid },
      operatingsystem: { name: 'Debian', version: '13', full_name: 'Debian GNU/Linux 13' },
      softwares: [{ name: 'bash', version: '5.2', from: 'deb', arch: 'amd64' }],
      envs: [{ key: 'TOKEN', val: 'marker-environment' }],
      processes: [{ cmd: '/bin/run --password=marker-process', pid: 1 }],
    },
  });

const xml = (hostname: string, uuid: string, agent: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><REQUEST><CONTENT><ACCESSLOG><LOGDATE>2026-05-02 09:00:00</LOGDATE></ACCESSLOG>
  <HARDWARE><NAME>${hostname}</NAME><UUID>${uuid}</UUID></HARDWARE>
  <OPERATINGSYSTEM><NAME>Debian</NAME><VERSION>13</VERSION></OPERATINGSYSTEM>
  <SOFTWARES><NAME>sed</NAME><VERSION>4.9</VERSION><FROM>deb</FROM></SOFTWARES>
  <ENVS><KEY>TOKEN</KEY><VAL>marker-xml</VAL></ENVS>
  <VERSIONCLIENT>${agent}</VERSIONCLIENT></CONTENT><DEVICEID>${hostname}-2026-05-02-09-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>`;

const states = (rows: readonly { state: string; reason: string | null }[]): string[] =>
  rows.map(({ state, reason }) => reason ?? state);

describe('an inventory from a medium', () => {
  it('waits like any newcomer; approved, it is stored, the same again changes nothing, the older one neither', async () => {
    const { offlineImport, devices, inventory, db } = site.appliance;
    const one = machine(1);
    const path = put(own(one, [deb('bash', '5')]));
    expect(states((await offlineImport.preview(path)).rows)).toEqual(['new']);
    expect(devices.counts().pending).toBe(0);
    const [row] = (await offlineImport.import(systemActor, path)).rows;
    expect(row).toMatchObject({ state: 'new', hostname: 'isolated-1', sections: { software: 1 } });
    const device = devices.byPublicId(row?.device ?? '');
    expect(device).toMatchObject({ state: 'pending', uuid: one.uuid });
    expect(inventory.section(device.id, 'software')).toEqual([]);
    expect(states((await offlineImport.import(systemActor, path)).rows)).toEqual(['waits']);
    devices.approve(systemActor, device.id);
    expect(states((await offlineImport.import(systemActor, path)).rows)).toEqual(['stored']);
    expect(inventory.section(device.id, 'software')).toMatchObject([{ name: 'bash', _source: 'offline' }]);
    const changes = (): number => db.prepare<[], number>('select count(*) from change_log').pluck().get() ?? 0;
    const before = changes();
    expect(states((await offlineImport.import(systemActor, path)).rows)).toEqual(['same']);
    const older = put(own(one, [deb('bash', '4')], '2026-04-01T08:00:00Z'));
    expect(states((await offlineImport.import(systemActor, older)).rows)).toEqual(['older']);
    expect(changes()).toBe(before);
    const newer = put(own(one, [deb('bash', '6')], '2026-06-01T08:00:00Z'));
    expect(states((await offlineImport.preview(newer)).rows)).toEqual(['stored']);
    await offlineImport.import(systemActor, newer);
    expect(inventory.section(device.id, 'software')).toMatchObject([{ name: 'bash', version: '6' }]);
    expect(inventory.changes({ device: device.id, limit: 1 })[0]).toMatchObject({
      operation: 'changed',
      source: 'offline',
    });
    expect(devices.counts().pending).toBe(0);
  });

  it('of a device that speaks for itself stays behind what it says', async () => {
    const { offlineImport, inventory, devices } = site.appliance;
    const live = site.device('speaks');
    site.report(live.id, 'software', [deb('bash', '7')]);
    const { uuid } = devices.byId(live.id);
    const path = put(own({ hostname: 'speaks', uuid: uuid ?? '' }, [deb('bash', '1')], '2027-01-01T00:00:00Z'));
    expect(states((await offlineImport.import(systemActor, path)).rows)).toEqual(['stored']);
    expect(inventory.section(live.id, 'software')).toMatchObject([{ version: '7', _source: 'native' }]);
  });

  it('is taken in every format, from a zip too, without what is never kept', async () => {
    const { offlineImport, inventory, devices } = site.appliance;
    const [a, b, c, d] = [2, 3, 4, 5].map(machine);
    const zip = storedZip(
      [
        ['line 1/', ''],
        ['line 1/own.json', own(a as Machine, [deb('grep', '3')])],
        ['line 1/glpi.json', glpi('isolated-3', b?.uuid ?? '')],
        ['fusion.xml', xml('isolated-4', c?.uuid ?? '', 'FusionInventory-Agent_v2.6')],
        ['ocs.ocs', deflateSync(xml('isolated-5', d?.uuid ?? '', 'OCS-NG_unified_unix_agent_v2.10.0'))],
        ['readme.txt', 'no inventory'],
        ['broken.json', own(machine(6), [deb('x', '1')]).replace('"x"', '"y"')],
        ['nobody.json', own({ hostname: '' }, [])],
      ],
      { deflate: true },
    );
    const path = put(zip, 'many.zip');
    const plan = await offlineImport.preview(path);
    expect(states(plan.rows)).toEqual(['new', 'new', 'new', 'new', 'format', 'damaged', 'no-machine']);
    const done = await offlineImport.import(systemActor, path, { approve: true });
    expect(states(done.rows).slice(0, 4)).toEqual(['stored', 'stored', 'stored', 'stored']);
    const software = done.rows
      .slice(0, 4)
      .map((row) => inventory.section(devices.byPublicId(row.device ?? '').id, 'software').map(({ name }) => name));
    expect(software).toEqual([['grep'], ['bash'], ['sed'], ['sed']]);
    expect(done.rows[1]?.dropped).toMatchObject({ envs: 1, processes: 1 });
    expect(done.rows[1]?.collectedAt).toBe(Date.parse('2026-05-01T08:00:00Z'));
    expect(states((await offlineImport.import(systemActor, path, { approve: true })).rows).slice(0, 4)).toEqual(
      Array.from({ length: 4 }, () => 'same'),
    );
    const held = readdirSync(site.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(site.dataDir, name))
      .filter((name) => statSync(name).isFile())
      .map((name) => readFileSync(name).toString('latin1'))
      .join('');
    for (const marker of ['marker-environment', 'marker-process', 'marker-xml']) expect(held).not.toContain(marker);
  });

  it('of a switch that an agent searched for and asked becomes a record of what was found', async () => {
    const { offlineImport, inventory, devices } = site.appliance;
    const message = (query: string, rows: string): string =>
      `<?xml version="1.0"?><REQUEST><CONTENT>${rows}<MODULEVERSION>5.1</MODULEVERSION></CONTENT><DEVICEID>scanner-2026-01-01-00-00-00</DEVICEID><QUERY>${query}</QUERY></REQUEST>`;
    const row = (n: number): string =>
      `<DEVICE><IP>198.51.100.${n}</IP><MAC>00:1b:21:0c:00:0${n}</MAC><TYPE>NETWORKING</TYPE><DNSHOSTNAME>hall-${n}.plant.kz</DNSHOSTNAME></DEVICE>`;
    const search = put(message('NETDISCOVERY', `${row(1)}${row(2)}<DEVICE><TYPE>PRINTER</TYPE></DEVICE>`), 'found.xml');
    const asked = put(
      message(
        'SNMPQUERY',
        `<DEVICE><INFO><TYPE>NETWORKING</TYPE><NAME>hall-1</NAME><SERIAL>SW-1</SERIAL><MAC>00:1b:21:0c:00:01</MAC><LOCATION>Hall 1</LOCATION></INFO>
        <PORTS><PORT><IFNAME>gi0/1</IFNAME><CONNECTIONS><CONNECTION><MAC>00:1b:21:0c:00:07</MAC></CONNECTION></CONNECTIONS></PORT></PORTS></DEVICE>`,
      ),
      'asked.xml',
    );
    expect(states((await offlineImport.preview(search)).rows)).toEqual(['found', 'found', 'no-machine']);
    const { rows } = await offlineImport.import(systemActor, search, { approve: true });
    expect(states(rows)).toEqual(['found', 'found', 'no-machine']);
    expect(rows.map(({ hostname }) => hostname)).toEqual(['hall-1.plant.kz', 'hall-2.plant.kz', null]);
    const device = devices.byPublicId(rows[0]?.device ?? '');
    expect(device).toMatchObject({ state: 'discovered', kind: 'network' });
    expect(states((await offlineImport.import(systemActor, search)).rows)).toEqual(['same', 'same', 'no-machine']);

    expect(states((await offlineImport.import(systemActor, asked)).rows)).toEqual(['stored']);
    const types = (): unknown[] => inventory.section(device.id, 'hardware').map((one) => one['type']);
    expect(types()).toEqual(['port', 'system']);
    expect(inventory.section(device.id, 'discovery')).toMatchObject([{ method: 'agent', by: 'scanner' }]);
    const behind = devices.list({ limit: 1_000 }).rows.find((one) => one.macs.includes('00:1b:21:0c:00:07'));
    expect(behind).toMatchObject({ state: 'discovered' });
    // A search knows less than SNMP: it takes nothing away.
    writeFileSync(search, message('NETDISCOVERY', row(1).replace('<TYPE>', '<FIRMWARE>7.2</FIRMWARE><TYPE>')));
    expect(states((await offlineImport.import(systemActor, search)).rows)).toEqual(['stored']);
    expect(types()).toEqual(['port', 'system']);
    expect(inventory.section(device.id, 'identity')).toMatchObject([
      { serial: 'SW-1', dnsName: 'hall-1.plant.kz', ipv4: ['198.51.100.1'], networkLocation: 'Hall 1' },
    ]);
    expect(inventory.section(device.id, 'hardware')[1]).toMatchObject({ firmware: '7.2', serial: 'SW-1' });
    const progress = put(message('NETDISCOVERY', '<AGENT><START>1</START></AGENT>'));
    expect(states((await offlineImport.preview(progress)).rows)).toEqual(['no-machine']);
  });

  it('of a host tells of its virtual machines, too', async () => {
    const { offlineImport, devices } = site.appliance;
    const host = machine(12);
    const guest = '4c4c4544-0042-4a10-8052-b7c04f5a30aa';
    const text = xml(host.hostname, host.uuid ?? '', 'GLPI-Agent_v1.11').replace(
      '<VERSIONCLIENT>',
      `<VIRTUALMACHINES><NAME>guest</NAME><UUID>${guest}</UUID><STATUS>running</STATUS></VIRTUALMACHINES><VERSIONCLIENT>`,
    );
    const path = put(text, 'host.xml');
    await offlineImport.import(systemActor, path);
    const guests = () => devices.list({ limit: 1_000 }).rows.filter(({ uuid }) => uuid === guest);
    expect(guests()).toEqual([]);
    await offlineImport.import(systemActor, path, { approve: true });
    expect(guests()).toMatchObject([{ hostname: 'guest', state: 'discovered' }]);
  });

  it('is bounded: bombs, lies, secrets, ways out, too many, too much', async () => {
    const { db, inventory, devices, discovery, events } = site.appliance;
    const limits = { maxFileBytes: 200_000, maxFiles: 5, maxTotalBytes: 400_000 };
    const offlineImport = offlineImportService({ db, inventory, devices, discovery, events, limits });
    const of = async (zip: Buffer): Promise<string[]> => states((await offlineImport.preview(put(zip, 'x.zip'))).rows);
    const zeros = Buffer.alloc(190_000, 0x20);
    expect(await of(storedZip([['bomb.json', zeros]], { deflate: true }))).toEqual(['ratio']);
    expect(await of(storedZip([['big.json', Buffer.alloc(200_001)]]))).toEqual(['too-large']);
    const lying = storedZip([['lie.json', zeros]], { deflate: true, lie: { uncompressedSize: 1_000 } });
    expect(await of(lying)).toEqual(['damaged']);
    expect(await of(storedZip([['a', '{}']], { deflate: true, lie: { flags: 1 } }))).toEqual(['encrypted']);
    for (const name of ['../up.json', '/etc/x', 'a/../../x', 'c:\\x', 'a\\..\\x'])
      expect(await of(storedZip([['a', '{}']], { lie: { name } }))).toEqual(['name']);
    // One that is refused costs the others nothing.
    const beside = own(machine(13), [deb('nano', '8')]);
    expect(
      await of(
        storedZip([
          ['../up.json', '{}'],
          ['g.json', beside],
        ]),
      ),
    ).toEqual(['name', 'new']);
    expect(await of(storedZip([['a', '{}']], { lie: { name: 'a\u0007', flags: 0x800 } }))).toEqual(['name']);
    const small = (n: number): [string, string][] => Array.from({ length: n }, (_, at) => [`${at}.json`, '{}']);
    await expect(of(storedZip(small(6)))).rejects.toMatchObject({ code: 'MALFORMED' });
    const random = Buffer.from(Array.from({ length: 190_000 }, (_, at) => (at * 7_919) % 251));
    const much = storedZip([0, 1, 2].map((n): [string, Buffer] => [`${n}`, random]));
    expect(await of(much)).toEqual(['format', 'format', 'too-large']);
    await expect(of(storedZip(small(2)).subarray(0, 90))).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(
      states((await offlineImport.preview(put(deflateSync(Buffer.alloc(20_000_000, 0x20)), 'bomb.ocs'))).rows),
    ).toEqual(['too-large']);
    expect(states((await offlineImport.preview(put('[[[['))).rows)).toEqual(['format']);
  });

  it('in a zip of Windows has its name as it was packed', async () => {
    // "насос" in code page 866, which nothing in the zip says.
    const name = Buffer.concat([Buffer.from([0xad, 0xa0, 0xe1, 0xae, 0xe1]), Buffer.from('\\1.json')]);
    const { rows } = await site.appliance.offlineImport.preview(
      put(storedZip([['a', '{}']], { lie: { name } }), 'w.zip'),
    );
    expect(rows.map((row) => row.name)).toEqual(['насос/1.json']);
  });

  it('goes through the console: first what it would do, then the import; the file does not stay', async () => {
    const operator = await site.as('operator');
    const body = own(machine(9), [deb('nano', '8')]);
    const form = async (content: string): Promise<Response> =>
      operator.postRaw(
        paths.offlineImport(),
        `--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${await operator.csrf()}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="controller.json"\r\n\r\n${content}\r\n--b--\r\n`,
        { 'content-type': 'multipart/form-data; boundary=b' },
      );
    expect((await operator.get(paths.offlineImport())).status).toBe(200);
    const plan = await form(body);
    const html = await plan.text();
    expect(html).toContain('isolated-9');
    expect(html).toContain('new device, waits for approval');
    const draft = /name="draft" value="([0-9a-f]{32})"/.exec(html)?.[1] ?? '';
    const done = await operator.post(paths.offlineImportApply(), { draft, name: 'controller.json', approve: 'on' });
    expect(await done.text()).toContain('Taken in: controller.json');
    const left = readdirSync(site.appliance.paths.staging).filter((name) => name.startsWith('offline-'));
    expect(left).toEqual([]);
    expect((await operator.post(paths.offlineImportApply(), { draft, name: 'controller.json' })).status).toBe(404);
    expect((await operator.post(paths.offlineImportApply(), { draft: '../../x', name: 'x' })).status).toBe(404);
    expect((await form('')).status).toBe(422);
    expect((await (await site.as('viewer')).get(paths.offlineImport())).status).toBe(403);
    const imported = site.appliance.events.list({ scope: wholeSite('job'), type: ['offline-imported'], limit: 1 })
      .rows[0];
    expect(imported).toMatchObject({ params: { files: 1, stored: 1, waiting: 0, refused: 0 } });
    expect(imported?.auditSeq).toBeGreaterThan(0);
  });
});
