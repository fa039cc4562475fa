import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentSite, makePackage, openAgentSite } from '../integration/agent-site.ts';
import { asPem, hasAgents, runFusion } from '../support/glpi-site.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { codeOf } from '../support/refusals.ts';
import { makeToken } from '../support/tokens.ts';

// What else Debian's FusionInventory agent does when it is asked: it searches a confirmed range, reads a device over SNMP,
// and installs a package. Nothing of it happens before people have said so.

const hasSnmpd = spawnSync('which', ['snmpd']).status === 0;
const person = signedIn;

const freeUdpPort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

describe.skipIf(!hasAgents || !hasSnmpd)('tasks of a FusionInventory agent', () => {
  let site: AgentSite;
  let url = '';
  let ca = '';
  let device = 0;
  let group = '';
  const fusion = (task: string, prepare?: string) =>
    runFusion({
      url,
      ca,
      state: join(site.folder, 'fusion'),
      more: [`--tasks=${task}`],
      ...(prepare === undefined ? {} : { prepare }),
    }); // prettier-ignore

  beforeAll(async () => {
    site = await openAgentSite();
    introduce(site.appliance.db, 'a', 'b', 'c');
    const { appliance } = site;
    group = appliance.objects.create(systemActor, 'group', { name: 'Line 3' }).id;
    const secret = makeToken(appliance.objects, 'glpi', { group });
    url = `${site.server}/a/${secret}/glpi`;
    ca = join(site.folder, 'authority.pem');
    writeFileSync(ca, asPem(appliance.ca.certificateDer));
    await fusion('inventory');
    device = appliance.devices.list({ limit: 10 }).rows[0]?.id ?? 0;
    expect(appliance.devices.byId(device).state).toBe('managed');
  });
  afterAll(() => site.close());

  describe('in the network', () => {
    let snmpd: ChildProcess;
    let port = 0;
    beforeAll(async () => {
      port = await freeUdpPort();
      const settings = join(site.folder, 'snmpd.conf');
      // The system group alone: with the interfaces it would be this machine, which has spoken for itself.
      writeFileSync(
        settings,
        `agentAddress udp:127.0.0.1:${port}\nrocommunity MARKER-COMMUNITY 127.0.0.1 .1.3.6.1.2.1.1\nsysName switch-7.plant.example\nsysDescr Northwind NW-24 switch\nsysLocation Hall 3\n`,
      );
      snmpd = spawn('snmpd', ['-f', '-Lo', '-C', '-c', settings], {
        stdio: 'ignore',
        env: { ...process.env, SNMP_PERSISTENT_DIR: join(site.folder, 'snmp') },
      });
    });
    afterAll(() => snmpd.kill());

    const found = () =>
      site.appliance.devices.list({ limit: 100 }).rows.find((one) => one.hostname.startsWith('switch-7'));

    it('it searches a range that is confirmed, and reads what answers', async () => {
      const { objects, discovery, devices, inventory } = site.appliance;
      const range = objects.create(person('a'), 'address-range', {
        name: 'Bench',
        network: '127.0.0.1',
        enabled: true,
        ports: ['22'],
      }).id; // prettier-ignore
      const { publicId } = devices.byId(device);
      objects.create(systemActor, 'agent-scan', {
        name: 'Bench',
        range,
        device: publicId,
        community: 'MARKER-COMMUNITY',
        port,
      });
      await fusion('netdiscovery');
      expect(found()).toBeUndefined();

      const plan = discovery.plan(person('b'), range);
      discovery.confirm(person('b'), range, plan);
      await fusion('netdiscovery');
      expect(found()).toMatchObject({ state: 'discovered' });
      const id = found()?.id ?? 0;
      expect(inventory.section(id, 'discovery')).toMatchObject([{ method: 'agent', visible: true }]);
      await fusion('netinventory');
      expect(inventory.section(id, 'identity')).toMatchObject([
        { name: expect.stringContaining('switch-7'), networkLocation: 'Hall 3', _source: 'network' },
      ]);
      expect(site.appliance.db.serialize().includes('MARKER-COMMUNITY')).toBe(false);
    });
  });

  it('installs a package once two people want it so, and nothing that was changed in the store', async () => {
    const { appliance, folder } = site;
    const tool = makePackage(folder, 'sallyport-line-tool', '1.0');
    const spoiled = makePackage(folder, 'sallyport-other-tool', '1.0');
    for (const { bytes } of [tool, spoiled]) await appliance.store.put(bytes, { maxBytes: 1 << 20 });
    // The agent installs as root: into copies, in a namespace of its own.
    const [dpkg, log] = [join(folder, 'dpkg'), join(folder, 'log')];
    execFileSync('cp', ['-a', '/var/lib/dpkg', dpkg]);
    mkdirSync(log);
    const prepare = `mount --bind ${dpkg} /var/lib/dpkg && mount --bind ${log} /var/log && mount -t tmpfs tmpfs /opt`;
    const installed = (name: string): string =>
      spawnSync('dpkg-query', [`--admindir=${dpkg}`, '-W', '-f', `\${Version}`, name], { encoding: 'utf8' }).stdout;

    const id = site.order(device, tool);
    const consent = (who: string): string =>
      appliance.objects.create(person(who), 'deploy-consent', { name: who, group }).id;
    const agreed = (who: string, to: string): string => codeOf(() => appliance.deployConsents.agree(person(who), to));
    // Two who ask are none who agrees, and what another one changes has two authors.
    const [first] = [consent('a'), consent('b')];
    appliance.objects.update(person('c'), 'deploy-consent', first, { reason: 'changed' });
    expect([agreed('a', first), agreed('c', first)]).toEqual(['APPROVAL_SELF', 'APPROVAL_SELF']);
    await fusion('deploy', prepare);
    expect(site.results).toEqual([]);
    expect(installed('sallyport-line-tool')).toBe('');

    expect(agreed('b', first)).toBe('done');
    await fusion('deploy', prepare);
    expect(site.results).toMatchObject([
      { task: id, result: { state: 'completed', steps: [{ name: 'install', exit: 0 }] } },
    ]);
    expect(site.results[0]?.result.steps[0]?.output).toContain('exit status is ok: 0');
    expect(installed('sallyport-line-tool')).toBe('1.0');

    const other = site.order(device, spoiled);
    site.swapped.set(spoiled.sha256, tool.bytes);
    await fusion('deploy', prepare);
    expect(site.results[1]).toMatchObject({ task: other, result: { state: 'failed', code: 'HASH' } });
    expect(installed('sallyport-other-tool')).toBe('');
  });
});
