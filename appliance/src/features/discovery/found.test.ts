import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { inlineIntake } from '../../intake/inline.ts';
import { systemActor } from '../objects/types.ts';

let site: ApiSite;
beforeAll(async () => {
  site = await openApiSite();
});
afterAll(() => site.close());

const now = Date.parse('2026-11-24T10:00:00Z');
const listed = (where: Record<string, string>) =>
  site.appliance.inventory.list({ collection: 'discovery', where, limit: 10 }).rows;

describe('what agents say of others', () => {
  const report = async (xml: string) =>
    inlineIntake(site.appliance).report({
      device: site.appliance.devices.byPublicId(scanner.publicId).id,
      door: 'glpi',
      format: 'glpi',
      wire: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><REQUEST>${xml}</REQUEST>`),
      now,
    });
  let scanner: { id: number; publicId: string };
  beforeAll(() => {
    scanner = site.device('scanner-1');
  });

  it('becomes records with their parts, once, whoever says it again', async () => {
    const device = `<DEVICE><IP>192.0.2.4</IP><MAC>00:1B:21:0A:00:04</MAC><SNMPHOSTNAME>switch-4</SNMPHOSTNAME>
      <TYPE>NETWORKING</TYPE><MANUFACTURER>Maker</MANUFACTURER><MODEL>S-24</MODEL><SERIAL>SER-4</SERIAL></DEVICE>`;
    const message = `<DEVICEID>scanner-1-2026-01-01-00-00-00</DEVICEID><QUERY>NETDISCOVERY</QUERY>
      <CONTENT><PROCESSNUMBER>77</PROCESSNUMBER>${device}</CONTENT>`;
    await report(message);
    await report(message);
    expect(listed({ macs: '00:1b:21:0a:00:04' })).toMatchObject([
      { method: 'agent', by: 'scanner-1', label: 'switch-4' },
    ]);
    const [row] = listed({ names: 'switch-4' });
    const id = Number(row?.['_device']);
    expect(site.appliance.devices.byId(id)).toMatchObject({ kind: 'network', state: 'discovered', serial: 'SER-4' });
    expect(site.appliance.inventory.section(id, 'hardware')).toMatchObject([
      { type: 'system', model: 'S-24', _door: 'network' },
    ]);
    // Nothing of it is the scanner's own.
    expect(site.appliance.inventory.section(scanner.id, 'identity')).toEqual([]);
  });

  it('names the devices behind the ports of a switch', async () => {
    await report(`<DEVICEID>scanner-1-2026-01-01-00-00-00</DEVICEID><QUERY>SNMPQUERY</QUERY><CONTENT><DEVICE>
      <INFO><TYPE>NETWORKING</TYPE><NAME>switch-4</NAME><SERIAL>SER-4</SERIAL><MAC>00:1b:21:0a:00:04</MAC></INFO>
      <PORTS><PORT><CONNECTIONS><CONNECTION><MAC>00:1b:21:0a:00:55</MAC></CONNECTION></CONNECTIONS></PORT></PORTS>
      </DEVICE></CONTENT>`);
    expect(listed({ macs: '00:1b:21:0a:00:55' })).toMatchObject([{ method: 'agent' }]);
    expect(listed({ names: 'switch-4' })).toHaveLength(1);
  });
});

describe('a directory that is deleted', () => {
  const ldif = 'dn: uid=aidos,dc=plant,dc=kz\nobjectClass: inetOrgPerson\nuid: aidos\ncn: Aidos\n';
  it('takes its people with it', async () => {
    const { objects, discovery, inventory, devices } = site.appliance;
    const body = { name: 'Gone', host: '127.0.0.1', port: 1, fingerprint: 'ab'.repeat(32) };
    const { id } = objects.create(systemActor, 'directory-source', body);
    await discovery.importLdif(systemActor, id, Readable.from([Buffer.from(ldif)]));
    const record = discovery.directories()[0]?.device ?? 0;
    expect(inventory.section(record, 'directory-user')).toHaveLength(1);
    expect(discovery.trim().directories).toBe(0);
    objects.remove(systemActor, 'directory-source', id);
    expect(discovery.trim().directories).toBe(1);
    expect(inventory.section(record, 'directory-user')).toEqual([]);
    expect(devices.find(record)).toBeUndefined();
  });

  it('was erased person by person before, in groups too', async () => {
    const { objects, discovery, inventory, personal } = site.appliance;
    const body = { name: 'Plant', host: '127.0.0.1', port: 1, fingerprint: 'ab'.repeat(32) };
    const { id } = objects.create(systemActor, 'directory-source', body);
    const group = 'dn: cn=crew,dc=plant,dc=kz\nobjectClass: groupOfNames\ncn: crew\nmember: uid=aidos,dc=plant,dc=kz\n';
    await discovery.importLdif(systemActor, id, Readable.from([Buffer.from(`${ldif}\n${group}`)]));
    const record = discovery.directories()[0]?.device ?? 0;
    const read = (collection: string) => inventory.section(record, collection, { personal: true });
    expect(read('directory-member')).toMatchObject([{ group: 'crew', member: 'aidos' }]);
    personal.erase('person:aidos');
    expect(read('directory-user')).toMatchObject([{ name: null, fullName: null }]);
    expect(read('directory-member')).toMatchObject([{ group: 'crew', member: null }]);
  });
});

describe('the calls', () => {
  it('show directories, plans and confirmations to programs', async () => {
    const token = site.tokenOf('administrator');
    const reader = site.tokenOf('viewer');
    const { objects } = site.appliance;
    const body = { name: 'Offices', network: '192.0.2.0/28', ports: ['22'], enabled: true };
    const { id } = objects.create(systemActor, 'address-range', body);
    const path = `/discovery/ranges/${id}`;
    const plan = await site.call('GET', `${path}/plan`, { token: reader });
    expect(plan.json).toMatchObject({ addresses: 14, probes: 14, hindrance: 'unconfirmed' });
    const said = { digest: plan.json['digest'], addresses: 14 };
    expect((await site.call('POST', `${path}/confirm`, { token: reader, body: said })).status).toBe(403);
    expect((await site.call('POST', `${path}/confirm`, { token, body: { ...said, addresses: 3 } })).status).toBe(422);
    expect((await site.call('POST', `${path}/confirm`, { token, body: said })).json).toEqual({ confirmed: true });
    const started = await site.call('POST', `${path}/scan`, { token });
    expect((await site.call('GET', '/discovery/ranges', { token: reader })).json).toMatchObject({
      rows: [{ name: 'Offices', job: started.json['job'] }],
    });
    const [source] = (await site.call('GET', '/discovery/directories', { token: reader })).json['rows'] as {
      id: string;
    }[];
    const test = await site.call('POST', `/discovery/directories/${source?.id}/test`, { token });
    expect([test.status, test.json]).toMatchObject([502, { error: { code: 'UNREACHABLE' } }]);
  });
});
