import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../../../test/support/persons.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { immediate } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import { inlineIntake } from '../../server/intake/inline.ts';
import { inventoryName } from '../agents/osquery/names.ts';

const site = await openApiSite();
afterAll(() => site.close());

const now = Date.parse('2026-11-24T10:00:00Z');
const listed = (where: Record<string, string>) =>
  site.appliance.inventory.list({ scope: wholeSite('job'), collection: 'discovery', where, limit: 10 }).rows;

describe('what agents say of others', () => {
  const take = (device: number, source: 'glpi' | 'osquery', wire: string) =>
    inlineIntake(site.appliance).report({ device, source, format: source, wire: Buffer.from(wire), now });

  it('becomes records: the devices behind the ports of a switch', async () => {
    const { id } = site.device('scanner-1');
    const connection = { mac: ['00:1b:21:0a:00:55', '00:1b:21:0a:00:56'] };
    const content = { network_ports: [{ ifname: 'Gi1', connections: { connection } }] };
    const message = {
      action: 'inventory',
      deviceid: 'switch-4-2026-01-01-00-00-00',
      itemtype: 'NetworkEquipment',
      content,
    };
    await take(id, 'glpi', JSON.stringify(message));
    await take(id, 'glpi', JSON.stringify(message));
    expect(listed({ macs: '00:1b:21:0a:00:55' })).toMatchObject([{ method: 'agent', by: 'scanner-1', visible: true }]);
    const found = listed({ by: 'scanner-1' });
    expect(found).toHaveLength(2);
    const states = found.map((row) => site.appliance.devices.byId(Number(row['_device'])).state);
    expect(states).toEqual(['discovered', 'discovered']);
  });

  it('becomes records: the neighbours of a device that osquery serves', async () => {
    const { id } = site.device('hmi-2');
    const rows = [
      { address: '192.0.2.7', mac: '00:1B:21:0A:00:07' },
      { address: 'fe80::7', mac: '00:1b:21:0a:00:07' },
      { address: '192.0.2.8', mac: 'incomplete' },
    ];
    await take(id, 'osquery', JSON.stringify({ node_key: 'k', queries: { [inventoryName('neighbours')]: rows } }));
    expect(listed({ by: 'hmi-2' })).toMatchObject([{ macs: ['00:1b:21:0a:00:07'], addresses: ['192.0.2.7'] }]);
  });

  it('is no news the second time: nothing in the list of changes', async () => {
    const { id } = site.device('hmi-3');
    const rows = [{ address: '192.0.2.9', mac: '00:1b:21:0a:00:09' }];
    const wire = JSON.stringify({ node_key: 'k', queries: { [inventoryName('neighbours')]: rows } });
    await take(id, 'osquery', wire);
    const device = Number(listed({ by: 'hmi-3' })[0]?.['_device']);
    const lastSeenAt = listed({ by: 'hmi-3' })[0]?.['lastSeenAt'];
    await inlineIntake(site.appliance).report({
      device: id,
      source: 'osquery',
      format: 'osquery',
      wire: Buffer.from(wire),
      now: now + 60_000,
    });
    expect(Number(listed({ by: 'hmi-3' })[0]?.['lastSeenAt'])).toBe(Number(lastSeenAt) + 60_000);
    expect(site.appliance.inventory.changes({ device, limit: 10 })).toHaveLength(1);
  });
});

describe('a directory that is deleted', () => {
  const ldif = 'dn: uid=aidos,dc=plant,dc=kz\nobjectClass: inetOrgPerson\nuid: aidos\ncn: Aidos\n';
  it('takes its people with it', async () => {
    const { objects, discovery, inventory, devices } = site.appliance;
    const body = { name: 'Gone', host: '127.0.0.1', port: 636, fingerprint: 'ab'.repeat(32) };
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
    const body = { name: 'Plant', host: '127.0.0.1', port: 636, fingerprint: 'ab'.repeat(32) };
    const { id } = objects.create(systemActor, 'directory-source', body);
    const group = 'dn: cn=crew,dc=plant,dc=kz\nobjectClass: groupOfNames\ncn: crew\nmember: uid=aidos,dc=plant,dc=kz\n';
    await discovery.importLdif(systemActor, id, Readable.from([Buffer.from(`${ldif}\n${group}`)]));
    const record = discovery.directories()[0]?.device ?? 0;
    const read = (collection: string) => inventory.ofAnyCollection.section(record, collection, { personal: true });
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
    const [author, other] = ['author', 'other'].map((name) =>
      signedIn(objects.create(systemActor, 'account', { name, roles: ['administrator'] }).id),
    );
    if (author === undefined || other === undefined) throw new Error('two persons');
    const { id } = objects.create(author, 'address-range', body);
    const path = `/discovery/ranges/${id}`;
    const plan = await site.call('GET', `${path}/plan`, { token: reader });
    expect(plan.json).toMatchObject({ addresses: 14, probes: 14, hindrance: 'unconfirmed' });
    const said = { digest: String(plan.json['digest']), addresses: 14 };
    expect((await site.call('POST', `${path}/confirm`, { token: reader, body: said })).status).toBe(403);
    expect((await site.call('POST', `${path}/confirm`, { token, body: { ...said, addresses: 3 } })).status).toBe(422);
    expect((await site.call('POST', `${path}/confirm`, { token, body: said })).json).toMatchObject({
      error: { code: 'APPROVAL_TOKEN' },
    });
    site.appliance.discovery.confirm(other, id, said);
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

describe('where controllers live', () => {
  it('counts however many ranges there are', () => {
    const { db, objects, discovery } = site.appliance;
    immediate(db, () => {
      for (let at = 0; at < 1_050; at += 1) {
        const network = `198.18.${at >> 8}.${at & 255}/32`;
        objects.create(systemActor, 'address-range', { name: `cabinet ${at}`, network, controllers: true });
      }
    });
    const body = { name: 'Hall', network: '198.18.0.0/21', ports: ['22'], enabled: true };
    const { id } = objects.create(systemActor, 'address-range', body);
    // 2,046 addresses; the first cabinet has the number of the network itself.
    expect(discovery.plan(systemActor, id)).toMatchObject({ addresses: 2_046 - 1_049, excluded: 1_049 });
  });
});
