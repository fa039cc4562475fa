import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type Content,
  glpiClient,
  linuxContent,
  readAnswer,
  xmlMessage,
} from '../../../../test/support/glpi-client.ts';
import { postponingAgent } from '../../../../test/support/glpi-postponing.ts';
import { compose } from '../../../compose.ts';
import type { SectionIntake } from '../../../engine/inventory/types.ts';
import { systemActor } from '../../../engine/objects/types.ts';
import { initialise } from '../../../init.ts';
import { basicHash } from '../../../platform/http/basic.ts';
import { openLog } from '../../../platform/log.ts';
import { wholeSite } from '../../../platform/scope.ts';
import { httpApp } from '../../../server/http-app.ts';
import { inlineIntake } from '../../../server/intake/inline.ts';
import { newTokenSecret, tokenHash } from '../../devices/types.ts';

const log = openLog('silent');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-glpi-reports-'));
const depth = { waiting: 0 };
let send: (path: string, init: RequestInit) => Response | Promise<Response>;
let counter = 0;

const listen = { address: '127.0.0.1', port: 0 };
await initialise({ dataDir: folder, site: 'line-1', addresses: ['localhost'], listen, administrator: 'admin', log });
const appliance = await compose({ dataDir: folder, log });
const intake: SectionIntake = { ...inlineIntake(appliance), waiting: () => depth.waiting };
const app = httpApp(appliance, intake);
send = (path, init) => app.request(path, init);
afterEach(() => {
  depth.waiting = 0;
});
afterAll(async () => {
  await appliance.close();
  rmSync(folder, { recursive: true, force: true });
});

const token = (body: Record<string, unknown> = {}): string => {
  const secret = newTokenSecret('glpi');
  counter += 1;
  const object = { name: `t${counter}`, purpose: 'glpi', hash: tokenHash(secret), approve: 'manual', ...body };
  appliance.objects.ofAnyKind.create(systemActor, 'token', object);
  return secret;
};

/** A machine of its own for each test. */
const machine = (over: Record<string, unknown> = {}) => {
  counter += 1;
  const uuid = `4c4c4544-0031-4b10-8052-${String(counter).padStart(4, '0')}4f4d3732`;
  const mac = `00:1b:21:aa:${String(Math.floor(counter / 90) + 10)}:${String((counter % 90) + 10)}`;
  const content = linuxContent({
    hardware: { ...(linuxContent()['hardware'] as object), uuid, name: `line${counter}` },
    networks: [{ description: 'eth0', ipaddress: `192.0.2.${counter}`, mac, virtualdev: false }],
    bios: { ssn: `NW-1${counter}` },
    ...over,
  });
  return {
    content,
    deviceId: `line${counter}-2026-01-02-03-04-05`,
    agentId: `3d2f6f10-7a4b-4c8e-9c1b-${String(counter).padStart(12, '0')}`,
  }; // prettier-ignore
};
const deviceNamed = (deviceId: string) =>
  appliance.devices.list({ limit: 1_000 }).rows.find((one) => deviceId.startsWith(`${one.hostname}-`));
const rows = (device: number, collection: string) =>
  appliance.inventory.ofAnyCollection.section(device, collection, { personal: true });
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

describe('the JSON dialect', () => {
  it('goes from the first question to a report, with the administrator in between', async () => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token(), names);
    const prolog = await client.prolog();
    expect([prolog.status, prolog.type, json(prolog.text)]).toEqual([
      200,
      'application/json',
      { status: 'ok', expiration: 1 },
    ]);
    expect(json((await client.contact()).text)).toMatchObject({
      status: 'ok',
      expiration: 1,
      tasks: { inventory: { 'no-category': 'process,environment' } },
    });
    expect(deviceNamed(names.deviceId)).toBeUndefined();
    expect(json((await client.inventory(content)).text)).toEqual({ status: 'ok', expiration: 1 });

    const device = deviceNamed(names.deviceId);
    expect(device).toMatchObject({ state: 'pending', os: 'debian 13', arch: 'x86_64', kind: 'computer' });
    const id = device?.id ?? 0;
    for (const { name } of appliance.inventory.collections()) expect(rows(id, name)).toEqual([]);
    expect(json((await client.contact()).text)).toMatchObject({
      disabled: expect.arrayContaining(['inventory']),
      tasks: {},
    });

    appliance.devices.approve(systemActor, id);
    expect(json((await client.contact()).text)).toMatchObject({ expiration: '5m', disabled: ['esx'] });
    expect(json((await client.inventory(content)).text)).toEqual({ status: 'ok', expiration: 24 });
    expect(json((await client.contact()).text)).toMatchObject({ expiration: 24, disabled: ['esx'] });
    expect(rows(id, 'software').map((row) => row['purl'])).toEqual([
      'pkg:deb/debian/bash@5.2.37-2?arch=amd64',
      'pkg:deb/debian/openssl@3.5.1-1?arch=amd64',
    ]);
    expect(appliance.devices.sourcesOf(id)).toMatchObject([
      { source: 'glpi', state: 'approved', agent: 'GLPI-Agent_v1.11' },
    ]);
  });

  it('has all of a machine two reports after its approval, from an agent that had sent its full one before', async () => {
    const { content: some, ...names } = machine();
    const content: Content = {
      ...some,
      drives: [{ type: '/', volumn: '/dev/vda1', filesystem: 'ext4', total: 40_000 }],
    };
    const client = glpiClient(send, token(), names);
    const says = postponingAgent();
    const round = async (): Promise<boolean> => {
      const answer = json((await client.contact()).text) as { tasks: { inventory?: { 'no-category': string } } };
      const task = answer.tasks.inventory;
      if (task === undefined) return false;
      const report = says(content, task['no-category']);
      expect((await client.inventory(report.content, report.partial ? { partial: true } : {})).status).toBe(200);
      return report.partial;
    };
    expect(await round()).toBe(false);
    const id = deviceNamed(names.deviceId)?.id ?? 0;
    await round();
    appliance.devices.approve(systemActor, id);
    expect(await round()).toBe(false);
    expect(await round()).toBe(true);
    expect(rows(id, 'software')).toHaveLength(2);
    expect(rows(id, 'hardware').map((row) => row['type'])).toContain('cpu');
    expect(rows(id, 'accounts')).toHaveLength(2);
    // From now on a part is enough, and the answers are those of every day.
    expect(json((await client.contact()).text)).toMatchObject({
      expiration: 24,
      tasks: { inventory: { 'no-category': 'process,environment' } },
    });
  });

  it('replaces the sections of a partial report and keeps the rest; a full one empties what is absent, but no list of packages', async () => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    await client.inventory(content);
    const id = deviceNamed(names.deviceId)?.id ?? 0;
    const parts = (): unknown[] => rows(id, 'hardware').map((row) => `${String(row['type'])} ${String(row['model'])}`);
    expect(parts()).toEqual(expect.arrayContaining(['cpu Northwind X4', 'memory null']));
    await client.inventory(
      { cpus: [{ name: 'Northwind X8', core: 8 }], hardware: content['hardware'] },
      { partial: true },
    );
    expect(parts()).toEqual(expect.arrayContaining(['cpu Northwind X8', 'memory null']));
    expect(parts()).not.toContain('cpu Northwind X4');
    expect(rows(id, 'software')).toHaveLength(2);
    expect(rows(id, 'platform')).toMatchObject([{ vendor: 'debian', release: '13' }]);
    expect(rows(id, 'identity')).toMatchObject([{ dnsName: 'line7.plant.example' }]);

    const networks = [
      { description: 'eth0', ipaddress: '192.0.2.250', mac: '00:1b:21:0c:0c:0c' },
      ...(content['networks'] as object[]),
    ]; // prettier-ignore
    await client.inventory({ networks, local_users: [{ login: 'ann', id: '1000' }] }, { partial: true });
    const [identity] = rows(id, 'identity');
    expect(identity?.['ipv4']).toContain('192.0.2.250');
    expect(identity).toMatchObject({
      dnsName: 'line7.plant.example',
      serial: (content['bios'] as { ssn: string }).ssn,
    });
    expect(rows(id, 'accounts')).toMatchObject([{ name: 'ann', isAdmin: true }]);

    const { cpus: _, softwares: __, ...less } = content;
    await client.inventory(less);
    // A system without one package of its own does not exist: its list was not read.
    expect(rows(id, 'software')).toHaveLength(2);
    expect(appliance.inventory.keptLists('software', [id])).toMatchObject([{ list: 'deb', source: 'glpi', items: 2 }]);
    expect(parts()).not.toContain('cpu Northwind X8');
    expect(appliance.inventory.verify()).toEqual([]);
  });

  it('is told to ask again while the intake is full, and gets its answer to the number', async () => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    depth.waiting = 60;
    const pending = await client.inventory(content);
    const number = pending.headers.get('glpi-request-id') ?? '';
    expect([pending.status, json(pending.text)]).toEqual([202, { status: 'pending', expiration: '10s' }]);
    expect(number).toMatch(/^[0-9A-F]{8}$/);
    expect((await client.ask(number)).status).toBe(202);
    expect((await client.ask('00000000')).status).toBe(404);
    const stranger = glpiClient(send, token(), { ...names, agentId: '3d2f6f10-7a4b-4c8e-9c1b-ffffffffffff' });
    expect((await stranger.ask(number)).status).toBe(404);
    expect(deviceNamed(names.deviceId)).toBeUndefined();
    depth.waiting = 0;
    await expect.poll(async () => (await client.ask(number)).status).toBe(200);
    expect(json((await client.ask(number)).text)).toEqual({ status: 'ok', expiration: 24 });
    expect(rows(deviceNamed(names.deviceId)?.id ?? 0, 'software')).toHaveLength(2);
  });

  it('says what it does not take', async () => {
    const client = glpiClient(send, token(), machine());
    const asked = await client.plain(JSON.stringify({ action: 'get_params', deviceid: client.deviceId }));
    expect([asked.status, json(asked.text)['status']]).toEqual([501, 'error']);
    expect((await client.plain('{"action":')).status).toBe(400);
    expect((await client.plain('{"action":"contact"}')).status).toBe(400);
    expect((await client.raw(Buffer.alloc(9 << 20, 0x20))).status).toBe(413);
    expect((await client.raw(gzipSync(`{"a":"${'x'.repeat(1 << 20)}"}`))).status).toBe(413);
    expect(json((await client.get('?action=getConfig&machineid=x')).text)).toEqual({});
  });

  it('makes records of what an agent read of other machines, of their own kind', async () => {
    const { content: own, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    const device = {
      name: 'switch-4',
      model: 'NW-24',
      serial: 'SW-4411-88',
      mac: '00:1b:21:fe:00:04',
      ips: ['192.0.2.240'],
      firmware: '7.1',
    }; // prettier-ignore
    const content = {
      network_device: device,
      network_ports: [{ ifname: 'Gi0/1', mac: '00:1b:21:fe:00:05', ifinbytes: 4 }],
    };
    const report = () =>
      client.inventory(content, { deviceid: 'switch-4-2026-01-01-00-00-00', itemtype: 'NetworkEquipment' });
    expect((await report()).status).toBe(404);
    await client.inventory(own);
    await client.contact();
    expect((await report()).status).toBe(200);
    const found = appliance.devices
      .list({ limit: 1_000, state: ['discovered'] })
      .rows.find((one) => one.hostname === 'switch-4');
    expect(found).toMatchObject({ kind: 'network', serial: 'SW-4411-88', macs: ['00:1b:21:fe:00:04'] });
    expect(rows(found?.id ?? 0, 'hardware').map((row) => [row['type'], row['_source']])).toEqual([
      ['port', 'network'],
      ['system', 'network'],
    ]); // prettier-ignore
    expect(rows(found?.id ?? 0, 'discovery')).toMatchObject([{ method: 'agent', label: 'switch-4' }]);
  });

  it('of the searching kind, too, is taken from an agent that is known, and only from one', async () => {
    const { content: own, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    const device = { type: 'Printer', name: 'mfp-9', ips: ['192.0.2.209'], mac: '00:1b:21:fe:00:09' };
    const say = (action: string, more: Content = {}) =>
      client.inventory(
        { network_device: { ...device, ...more } },
        { action, deviceid: 'mfp-9-2026-01-01-00-00-00', itemtype: undefined },
      );
    expect((await say('netinventory')).status).toBe(404);
    await client.inventory(own);
    await client.contact();
    for (const action of ['netinventory', 'netdiscovery'])
      expect([(await say(action, action === 'netinventory' ? { serial: 'PRN-4411' } : {})).status, action]).toEqual([
        200,
        action,
      ]);
    const found = appliance.devices.list({ limit: 1_000 }).rows.find((one) => one.hostname === 'mfp-9');
    expect(found).toMatchObject({ kind: 'printer', state: 'discovered' });
    expect(rows(found?.id ?? 0, 'identity')).toMatchObject([{ ipv4: ['192.0.2.209'], serial: 'PRN-4411' }]);
    expect(rows(found?.id ?? 0, 'discovery')).toMatchObject([{ addresses: ['192.0.2.209'] }]);
  });
});

describe('the XML dialect', () => {
  it.each([
    ['FusionInventory-Agent_v2.6', 'glpi'],
    ['OCS-NG_unified_unix_agent_v2.10.0', 'ocs'],
  ])('of %s comes in by the source %s, answered in zlib', async (agent, source) => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    const prolog = await client.xml('PROLOG', {}, agent);
    expect([prolog.status, prolog.type]).toEqual([200, 'application/x-compress-zlib']);
    expect(prolog.text).toContain('<REPLY><PROLOG_FREQ>1</PROLOG_FREQ><RESPONSE>SEND</RESPONSE></REPLY>');
    expect((await client.xml('INVENTORY', content, agent)).text).toContain('<RESPONSE>ACCOUNT_UPTODATE</RESPONSE>');
    const id = deviceNamed(names.deviceId)?.id ?? 0;
    expect(rows(id, 'software').map((row) => [row['name'], row['_source']])).toEqual([
      ['bash', source],
      ['openssl', source],
    ]); // prettier-ignore
    expect(rows(id, 'accounts')).toMatchObject([
      { name: 'ann', isAdmin: true, groups: ['sudo'] },
      { name: 'root', isAdmin: true },
    ]); // prettier-ignore
    expect((await client.xml('PROLOG', {}, agent)).text).toContain('<PROLOG_FREQ>24</PROLOG_FREQ>');
  });

  it('is read plain, too, and refuses what is not XML of this kind', async () => {
    const { deviceId, agentId } = machine();
    const client = glpiClient(send, token(), { deviceId, agentId });
    const headers = { 'User-Agent': 'FusionInventory-Agent_v2.6', 'Content-Type': 'application/x-compress' };
    expect((await client.raw(Buffer.from(xmlMessage('PROLOG', deviceId)), headers)).status).toBe(200);
    const bad = await client.raw(deflateSync('<!DOCTYPE a [<!ENTITY b "c">]><REQUEST>&b;</REQUEST>'), headers);
    expect([bad.status, bad.type]).toEqual([400, 'application/x-compress-zlib']);
    expect(bad.text).toContain('<REPLY><ERROR>');
    expect((await client.xml('SOMETHING')).status).toBe(501);
  });
});

describe('the agent of telephones', () => {
  const report = (time: string, over: Content = {}): string =>
    xmlMessage('INVENTORY', `android-9f3c0a17b2d4e6f8-2026-11-26-${time}`, {
      versionclient: 'GLPI-Android-Agent_v1.5.1',
      hardware: { name: 'android-9f3c0a17b2d4e6f8', uuid: '9f3c0a17b2d4e6f8', osname: 'Android' },
      operatingsystem: { name: 'Google Android 14 api:34', version: '34' },
      ...over,
    });
  const headers = { 'Content-Type': 'application/xml;charset=utf-8', 'User-Agent': 'GLPI-Android-Agent_v1.5.1' };

  it('packs nothing, is answered in text that it can read, and is one device whatever the time', async () => {
    const secret = token();
    const post = (body: string) => send(`/a/${secret}/glpi`, { method: 'POST', headers, body });
    const before = appliance.devices.list({ limit: 1_000 }).rows.length;
    for (const time of ['10-00-00', '11-00-00']) {
      const said = await post(report(time));
      expect([said.status, said.headers.get('content-type')]).toEqual([200, 'application/xml']);
      expect(await said.text()).toContain('<REPLY>');
    }
    const all = appliance.devices.list({ limit: 1_000 }).rows;
    expect(all).toHaveLength(before + 1);
    const id = all.find(({ hostname }) => hostname === 'android-9f3c0a17b2d4e6f8')?.id ?? 0;
    appliance.devices.approve(systemActor, id);
    await post(report('12-00-00', { softwares: [{ name: 'app', version: '1' }] }));
    expect(rows(id, 'software')).toMatchObject([{ name: 'app' }]);
    expect(await (await post('<REQUEST><QUERY>X</QUERY></REQUEST>')).text()).toContain('<ERROR>');
  });
});

describe('a caller', () => {
  it('is refused in one way, whatever is wrong', async () => {
    const { content, ...names } = machine();
    const good = token({ approve: 'auto' });
    const client = glpiClient(send, good, names);
    await client.inventory(content);
    const id = deviceNamed(names.deviceId)?.id ?? 0;
    appliance.devices.revoke(systemActor, id);
    const disabled = token({ disabled: true });
    const agentToken = newTokenSecret('agent');
    appliance.objects.create(systemActor, 'token', { name: 'other', purpose: 'agent', hash: tokenHash(agentToken) });
    const answers = await Promise.all([
      client.contact(),
      client.inventory(content),
      ...[disabled, agentToken, 'x', 'y'.repeat(400)].map((secret) => glpiClient(send, secret, names).contact()),
    ]);
    for (const { status, text } of answers)
      expect([status, json(text)]).toEqual([404, { status: 'error', message: 'refused' }]);
    const reasons = appliance.events
      .list({ scope: wholeSite('job'), type: ['enrolment-refused'], limit: 50 })
      .rows.map((one) => one.params['reason']);
    expect(reasons).toEqual(expect.arrayContaining(['unknown-token', 'device-revoked']));
    expect(JSON.stringify(appliance.events.list({ scope: wholeSite('job'), limit: 500 }).rows)).not.toContain(good);
  });

  it('reaches no task without the address of a managed device', async () => {
    const { content, ...names } = machine();
    const secret = token({ approve: 'auto' });
    await glpiClient(send, secret, names).inventory(content);
    const { publicId = '' } = deviceNamed(names.deviceId) ?? {};
    const mark = appliance.personal.keyed(`glpi deploy ${publicId}`).toString('hex');
    const status = async (path: string, method = 'GET'): Promise<number> => (await send(path, { method })).status;
    expect(await status(`/a/${secret}/deploy/${publicId}.${mark}?action=getJobs`)).toBe(200);
    const part = `parts/a/aa/${'a'.repeat(128)}`;
    const wrong = [
      `/a/x/deploy/${publicId}.${mark}?action=getJobs`,
      `/a/${secret}/collect/${publicId}.${mark}?action=getJobs`,
      `/a/${secret}/deploy/${publicId}.${'0'.repeat(mark.length)}?action=getJobs`,
      `/a/${secret}/deploy/x?action=getJobs`,
      `/a/${secret}/deploy/${publicId}.${mark}/${part}`,
      `/a/x/deploy/${publicId}.${mark}/${part}`,
      '/a/x/glpi?action=getConfig',
    ];
    for (const path of wrong) expect([path, await status(path)]).toEqual([path, 404]);
    expect(await status(`/a/${secret}/collect/x?action=setAnswer`, 'POST')).toBe(404);
    appliance.devices.revoke(systemActor, deviceNamed(names.deviceId)?.id ?? 0);
    expect(await status(`/a/${secret}/deploy/${publicId}.${mark}?action=getJobs`)).toBe(404);
  });

  it('gives user and password where the token asks for them', async () => {
    const { content, ...names } = machine();
    const secret = token({ approve: 'auto', basicHash: basicHash('plant', 'pass word:1') });
    const without = await glpiClient(send, secret, names).contact();
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="agents"']);
    expect((await glpiClient(send, secret, { ...names, password: 'plant:wrong' }).contact()).status).toBe(401);
    const client = glpiClient(send, secret, { ...names, password: 'plant:pass word:1' });
    expect((await client.inventory(content)).status).toBe(200);
    expect(rows(deviceNamed(names.deviceId)?.id ?? 0, 'software')).toHaveLength(2);
  });

  it('gives them as a GLPI agent that is set up for OAuth, too', async () => {
    const { content, ...names } = machine();
    const secret = token({ approve: 'auto', basicHash: basicHash('plant', 'pass word:1') });
    const ask = async (
      path: string,
      client_secret: string,
      more: object = {},
    ): Promise<[number, Record<string, unknown>]> => {
      const body = { grant_type: 'client_credentials', client_id: 'plant', client_secret, scope: 'inventory', ...more };
      const said = await send(path, { method: 'POST', body: JSON.stringify(body) });
      return [said.status, said.status === 200 ? ((await said.json()) as Record<string, unknown>) : {}];
    };
    const path = `/a/${secret}/glpi/api.php/token`;
    expect((await ask(path, 'wrong'))[0]).toBe(404);
    expect((await ask(path, 'pass word:1', { grant_type: 'password' }))[0]).toBe(404);
    expect((await ask(`/a/${token()}/glpi/api.php/token`, 'pass word:1'))[0]).toBe(404);
    expect((await ask('/a/unknown/glpi/api.php/token', 'pass word:1'))[0]).toBe(404);
    const [status, given] = await ask(path, 'pass word:1');
    expect([status, given]).toMatchObject([200, { token_type: 'Bearer', expires_in: 3600 }]);
    const headers = { 'GLPI-Agent-ID': names.agentId, Authorization: `Bearer ${given['access_token']}` };
    const body = JSON.stringify({ action: 'inventory', deviceid: names.deviceId, content });
    expect((await send(`/a/${secret}/glpi`, { method: 'POST', headers, body })).status).toBe(200);
    expect(deviceNamed(names.deviceId)).toMatchObject({ state: 'managed' });
  });

  it('may keep what stood behind the name of its former server', async () => {
    const secret = token();
    for (const tail of [
      'glpi/',
      'glpi/front/inventory.php',
      'glpi/marketplace/glpiinventory/',
      'glpi/plugins/fusioninventory',
      'ocsinventory',
      'ocsinventory/',
    ]) {
      const body = Uint8Array.from(deflateSync(xmlMessage('PROLOG', machine().deviceId)));
      const said = await readAnswer(await send(`/a/${secret}/${tail}`, { method: 'POST', body }));
      expect([tail, said.status, said.text]).toEqual([tail, 200, expect.stringContaining('<RESPONSE>SEND</RESPONSE>')]);
      const wrong = await send(`/a/x${secret}/${tail}`, { method: 'POST', body });
      expect([tail, wrong.status]).toEqual([tail, 404]);
    }
    // Nobody's: the console wants a form of its own.
    expect((await send(`/a/${secret}/glpi/front/other.php`, { method: 'POST', body: 'x' })).status).toBe(403);
  });

  it('with the name of another machine is held, and nothing of it is stored', async () => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    await client.inventory(content);
    const id = deviceNamed(names.deviceId)?.id ?? 0;
    const copy = machine({ softwares: [{ name: 'stranger', version: '1', from: 'deb' }] });
    expect((await client.inventory(copy.content)).status).toBe(200);
    expect(rows(id, 'software')).toHaveLength(2);
    const held = appliance.devices.list({ limit: 1_000, state: ['held'] }).rows.find((one) => one.resembles === id);
    expect(held).toMatchObject({ heldReason: 'same-id-other-hardware' });
    await client.inventory(content);
    expect(rows(id, 'software')).toHaveLength(2);

    appliance.devices.approve(systemActor, held?.id ?? 0);
    await client.inventory(copy.content);
    expect(rows(held?.id ?? 0, 'software').map((row) => row['name'])).toEqual(['stranger']);
    expect(rows(id, 'software')).toHaveLength(2);
  });

  it('that says something new about itself is known by it', async () => {
    const { content, ...names } = machine();
    const client = glpiClient(send, token({ approve: 'auto' }), names);
    await client.inventory(content);
    const os = { ...(content['operatingsystem'] as object), version: '14.0' };
    await client.inventory({ ...content, operatingsystem: os });
    expect(deviceNamed(names.deviceId)).toMatchObject({ os: 'debian 14' });
  });
});

describe('what must not be stored', () => {
  it('is in no table of the database', async () => {
    const { content, ...names } = machine({ networks: linuxContent()['networks'] });
    const secret = token({ approve: 'auto' });
    await glpiClient(send, secret, names).inventory(content);
    const other = machine({
      networks: [],
      registry: [{ name: 'x', regvalue: 'MARKER-REGISTRY' }],
      licenseinfos: [{ name: 'Office', key: 'MARKER-KEY' }],
      simcards: [{ iccid: 'MARKER-SIM' }],
    }); // prettier-ignore
    await glpiClient(send, secret, other).xml('INVENTORY', other.content);
    const bytes = appliance.db.serialize();
    for (const marker of ['SSH', 'WIFI', 'USER', 'ENV', 'CMD', 'REGISTRY', 'KEY', 'SIM'])
      expect(bytes.includes(`MARKER-${marker}`)).toBe(false);
    expect(bytes.includes(secret)).toBe(false);
    expect(bytes.includes('openssl')).toBe(true);
  });
});
