import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlpiSite, hasAgents, installed, listed, openGlpiSite } from '../support/glpi-site.ts';
import { introduce, signedIn } from '../support/persons.ts';

// Debian's own agents with addresses as people leave them behind the name of a server, and what an OCS agent reads of others
// because it was asked to.

const hasSnmpd = spawnSync('which', ['snmpd']).status === 0;
const person = signedIn;

describe.skipIf(!hasAgents)('agents with an address of their own taste', () => {
  let site: GlpiSite;
  let secret = '';
  beforeAll(async () => {
    site = await openGlpiSite();
    introduce(site.appliance.db, 'a', 'b');
    secret = site.token({ approve: 'auto' });
  });
  afterAll(() => site.close());

  const doors = () =>
    site.appliance.devices.list({ limit: 10 }).rows.flatMap(({ id }) => site.appliance.devices.sourcesOf(id));

  it('FusionInventory sends to it as it stands, packed or not', async () => {
    await site.fusion(secret, { state: 'a', more: ['--tasks=inventory', `--server=${site.url(secret)}/`] });
    expect(doors()).toMatchObject([{ source: 'glpi', state: 'approved' }]);
    const plain = ['--tasks=inventory', `--server=${site.url(secret)}/plugins/fusioninventory/`, '--no-compression'];
    const { output } = await site.fusion(secret, { state: 'b', more: plain });
    expect(output).toContain('<RESPONSE>SEND</RESPONSE>');
    expect(output).not.toContain('unknown response');
  });

  // The second folder of above: the agent calls itself anew.
  it('FusionInventory that loses its folder between two runs stays one device, and waits for a person', async () => {
    const { devices, inventory } = site.appliance;
    const [device, ...others] = devices.list({ limit: 10 }).rows;
    expect([device?.state, others]).toEqual(['managed', []]);
    const id = device?.id ?? 0;
    const states = () =>
      devices
        .sourcesOf(id)
        .map(({ state }) => state)
        .toSorted();
    expect(states()).toEqual(['approved', 'pending']);
    devices.approve(systemActor, id);
    await site.fusion(secret, { state: 'b', more: ['--tasks=inventory'] });
    expect(listed(inventory.section(id, 'software'))).toEqual(installed());
    expect(states()).toEqual(['approved', 'replaced']);
  });

  it('OCS does, too, and reads over SNMP what it is asked for: one address, and only that', async () => {
    const { objects, discovery, devices, inventory, db } = site.appliance;
    const more = [`--server=${site.url(secret).replace(/glpi$/, 'ocsinventory')}`];
    await site.ocs(secret, { state: 'a', more });
    const ocs = doors().find(({ source }) => source === 'ocs');
    expect(ocs).toBeDefined();
    if (!hasSnmpd) return;

    const id = ocs?.device ?? 0;
    // What FusionInventory said before is the same machine's: it waits for a person.
    if (devices.byId(id).state !== 'managed') devices.approve(systemActor, id);
    const settings = join(site.folder, 'snmpd.conf');
    writeFileSync(
      settings,
      // The port cannot be chosen: the agent asks 161.
      'agentAddress udp:127.0.0.1:161\nrocommunity MARKER-COMMUNITY 127.0.0.1 .1.3.6.1.2.1\nsysName switch-7.plant.example\nsysDescr Northwind NW-24 switch\nsysLocation Hall 3\n',
    );
    const snmpd: ChildProcess = spawn('snmpd', ['-f', '-Lo', '-C', '-c', settings], {
      stdio: 'ignore',
      env: { ...process.env, SNMP_PERSISTENT_DIR: join(site.folder, 'snmp') },
    });
    try {
      const range = objects.create(person('a'), 'address-range', {
        name: 'Bench',
        network: '127.0.0.1',
        enabled: true,
        ports: ['22'],
      }).id;
      const scan = { name: 'Bench', range, device: devices.byId(id).publicId, community: 'MARKER-COMMUNITY' };
      objects.create(systemActor, 'agent-scan', scan);
      const found = () => devices.list({ limit: 10 }).rows.find(({ hostname }) => hostname.startsWith('switch-7'));
      // Nobody has confirmed the range.
      expect((await site.ocs(secret, { state: 'a', more })).output).not.toContain('snmp_default');
      expect(found()).toBeUndefined();

      discovery.confirm(person('b'), range, discovery.plan(person('b'), range));
      await site.ocs(secret, { state: 'a', more });
      expect(found()).toMatchObject({ state: 'discovered', kind: 'network' });
      expect(inventory.section(found()?.id ?? 0, 'identity')).toMatchObject([
        { name: 'switch-7.plant.example', networkLocation: 'Hall 3', _source: 'network' },
      ]);
      expect(db.serialize().includes('MARKER-COMMUNITY')).toBe(false);
    } finally {
      snmpd.kill();
    }
  });
});
