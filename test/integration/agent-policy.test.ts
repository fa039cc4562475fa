import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openAgent } from '@sallyport/agent/loop/agent';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { toFailure } from '@sallyport/appliance/platform/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countingController } from '../support/counting-controller.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// What administrators decide for the agents of a group and ask of one device, followed by a real agent over the real listener.

const [anna, _boris] = [signedIn('anna'), signedIn('boris')];

let site: AgentSite;
beforeAll(async () => {
  site = await openAgentSite();
  introduce(site.appliance.db, 'anna', 'boris');
});
afterAll(() => site.close());

const newDevice = async (name: string) => {
  const { state, root, run } = await site.enrol(name);
  expect(run.status).toBe(0);
  const { deviceId } = JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
  const put = (path: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `#!/bin/sh\n# ${path}\n`);
    chmodSync(join(root, path), 0o755);
  };
  for (const path of ['opt/line/bin/press', 'opt/line/weld', 'opt/other/tool', 'usr/bin/tool']) put(path);
  const agent = openAgent(state);
  const { id } = site.appliance.devices.byPublicId(deviceId);
  return {
    deviceId,
    root,
    put,
    id,
    state,
    log: agent.log,
    close: agent.close,
    /** A check-in, and the task that came with it done to its end; its result goes with the next one. */
    work: async () => {
      const { task } = await agent.cycle({ collectAll: false, collect: true });
      if (task !== undefined) await agent.tasks.accept(task);
      await agent.cycle({ collectAll: false, collect: true });
    },
    turn: () => agent.cycle({ collectAll: false, collect: true }),
    reported: () =>
      site.appliance.inventory
        .section(id, 'executable')
        .map((row) => String(row['path']))
        .sort(),
    hasSection: () => site.appliance.inventory.hashes(id, 'native')['executable'] !== undefined,
  };
};

describe('controllers beside a device', () => {
  it('are told to its agent, which looks for no server there; others are not', async () => {
    const { controllers, discovery } = site.appliance;
    const device = await newDevice('beside-1');
    const controller = await countingController(8443);
    const policy = () =>
      JSON.parse(readFileSync(join(device.state, 'policy.json'), 'utf8')) as { controllers?: string[] };
    // In the device's network, in another one, and the appliance itself by a wrong record.
    for (const address of ['127.0.0.77', controller.host, '10.1.2.3', '127.0.0.1'])
      controllers.create(anna, { name: address, address });
    expect(discovery.controllersNear('127.0.0.1')).toEqual(['127.0.0.77']);
    expect(discovery.controllersNear(controller.host)).toEqual([controller.host]);
    await device.turn();
    expect(policy().controllers).toEqual(['127.0.0.77']);
    await device.turn();
    device.close();
    // The device moved beside the other controller, and its server's address went over to it.
    writeFileSync(join(device.state, 'policy.json'), JSON.stringify({ ...policy(), controllers: [controller.host] }));
    const settings = join(device.state, 'agent.json');
    const held = JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>;
    writeFileSync(settings, JSON.stringify({ ...held, server: `https://${controller.host}:8443` }));
    const agent = openAgent(device.state);
    await expect(agent.cycle({ collectAll: false, collect: true })).rejects.toMatchObject({
      code: 'FORBIDDEN_ADDRESS',
    });
    agent.close();
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
    await controller.close();
  });
});

describe('neighbours of a group', () => {
  it('are said where a group asks for it, become records of what was found, and are taken back', async () => {
    const { objects, inventory, devices } = site.appliance;
    const group = objects.create(systemActor, 'group', { name: 'neighbours' }).id;
    const device = await newDevice('neighbours-1');
    const rows = () => inventory.section(device.id, 'neighbour');
    const table = (...lines: string[]): void => {
      mkdirSync(join(device.root, 'proc/net'), { recursive: true });
      const head = 'IP address       HW type     Flags       HW address            Mask     Device';
      writeFileSync(join(device.root, 'proc/net/arp'), `${[head, ...lines].join('\n')}\n`);
    };
    const learned = (address: string, mac: string, flags = '0x2'): string =>
      `${address}   0x1   ${flags}   ${mac}   *   eth0`;
    try {
      objects.put(systemActor, 'device-decision', device.deviceId, { group });
      table(
        learned('192.0.2.41', '00:1B:21:0D:00:41'),
        learned('192.0.2.42', '00:1b:21:0d:00:42', '0x6'),
        learned('192.0.2.43', '00:00:00:00:00:00', '0x0'),
      );
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(inventory.hashes(device.id, 'native')['neighbour']).toBeUndefined();

      const { id } = objects.create(systemActor, 'neighbour-collection', { name: 'hall', group });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(rows()).toMatchObject([{ address: '192.0.2.41', mac: '00:1b:21:0d:00:41', interface: 'eth0' }]);
      const found = devices
        .list({ limit: 1_000, state: ['discovered'] })
        .rows.filter(({ macs }) => macs.some((mac) => mac.startsWith('00:1b:21:0d:')));
      expect(found).toMatchObject([{ macs: ['00:1b:21:0d:00:41'] }]);
      expect(inventory.section(found[0]?.id ?? 0, 'discovery')).toMatchObject([
        { method: 'agent', addresses: ['192.0.2.41'], by: devices.byPublicId(device.deviceId).hostname },
      ]);

      // Both policies at once, then none.
      objects.create(systemActor, 'executable-collection', { name: 'neighbours', group, paths: ['/opt/line'] });
      await device.turn();
      await device.turn();
      expect(device.reported()).not.toEqual([]);
      expect(rows()).toHaveLength(1);
      objects.update(systemActor, 'neighbour-collection', id, { disabled: true });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(rows()).toEqual([]);
    } finally {
      device.close();
    }
  });
});

describe('executable files of a group', () => {
  it('are looked for where it says so, in its folders, at its pace, and no longer than it says so', async () => {
    const { objects } = site.appliance;
    const plant = objects.create(systemActor, 'group', { name: 'plant' }).id;
    const line = objects.create(systemActor, 'group', { name: 'line', parent: plant }).id;
    const device = await newDevice('policy-1');
    try {
      objects.put(systemActor, 'device-decision', device.deviceId, { group: line });
      for (let turns = 0; turns < 3; turns += 1) await device.turn();
      expect(device.hasSection()).toBe(false);

      // The group above says so: the next check-in brings it, the one after looks.
      const { id } = objects.create(systemActor, 'executable-collection', {
        name: 'lines',
        group: plant,
        paths: ['/opt/line'],
        entriesPerTurn: 100,
      });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(device.reported()).toEqual(['/opt/line/bin/press', '/opt/line/weld']);

      // Other folders: a new round at once, though it would rest for a day.
      objects.update(systemActor, 'executable-collection', id, { paths: ['/opt/other', '/usr/bin'] });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(device.reported()).toEqual(['/opt/other/tool', '/usr/bin/tool']);
      device.put('usr/bin/new');
      await device.turn();
      expect(device.reported()).toEqual(['/opt/other/tool', '/usr/bin/tool']);

      // The nearest group decides, and one that says no takes back what was reported.
      objects.create(systemActor, 'executable-collection', { name: 'none here', group: line, disabled: true });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(device.reported()).toEqual([]);
    } finally {
      device.close();
    }
  });

  it('take many turns where each may look at little', async () => {
    const { objects } = site.appliance;
    const group = objects.create(systemActor, 'group', { name: 'slow' }).id;
    const device = await newDevice('policy-2');
    try {
      for (let n = 0; n < 150; n += 1) device.put(`srv/many/tool-${String(n).padStart(3, '0')}`);
      objects.put(systemActor, 'device-decision', device.deviceId, { group });
      objects.create(systemActor, 'executable-collection', {
        name: 'slow',
        group,
        paths: ['/srv/many'],
        entriesPerTurn: 100,
      });
      for (let turns = 0; turns < 2; turns += 1) await device.turn();
      expect(device.hasSection()).toBe(false);
      await device.turn();
      expect(device.reported()).toHaveLength(150);
    } finally {
      device.close();
    }
  });

  it('are named by folders that are one, within bounds', () => {
    const { objects } = site.appliance;
    const group = objects.create(systemActor, 'group', { name: 'refused' }).id;
    const wrong = (body: Record<string, unknown>) => {
      try {
        objects.create(systemActor, 'executable-collection', { name: 'x', group, ...body });
        return {};
      } catch (error) {
        return toFailure(error).details.fields;
      }
    };
    for (const path of ['/', 'opt', '/opt/../etc', '/opt/./x', 'C:\\x', '/opt//x', `/${'x'.repeat(501)}`])
      expect([path, wrong({ paths: [path] })]).toMatchObject([path, { paths: { key: 'validation.folder' } }]);
    expect(wrong({ entriesPerTurn: 1_000_000 })).toMatchObject({ entriesPerTurn: {} });
    expect(wrong({ megabytesPerTurn: 0 })).toMatchObject({ megabytesPerTurn: {} });
    expect(wrong({})).toEqual({});
    expect(wrong({ name: 'a second one of the group' })).toMatchObject({ group: { key: 'validation.taken' } });
  });
});
