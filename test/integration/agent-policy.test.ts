import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openAgent } from '@sallyport/agent/loop/agent';
import { systemActor } from '@sallyport/appliance/features/objects/types';
import { toFailure } from '@sallyport/appliance/platform/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// What administrators decide about executable files for a group, followed by a real agent over the real listener.

let site: AgentSite;
beforeAll(async () => {
  site = await openAgentSite();
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
    put,
    close: agent.close,
    turn: () => agent.cycle({ collectAll: false, collect: true }),
    reported: () =>
      site.appliance.inventory
        .section(id, 'executable')
        .map((row) => row['path'])
        .sort(),
    hasSection: () => site.appliance.inventory.hashes(id, 'native')['executable'] !== undefined,
  };
};

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
