import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { checkInReply } from '@sallyport/bundle-tools/protocol/check-in';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GlpiSite, openGlpiSite } from '../support/glpi-site.ts';
import { nativeDevice } from '../support/native-device.ts';
import { signedIn } from '../support/persons.ts';

// The server is one process, whoever decides is another one: the next check-in knows.

let site: GlpiSite;
beforeAll(async () => {
  site = await openGlpiSite();
});
afterAll(() => site?.close());

const anna = signedIn('anna');
const identity = [{ name: 'press-4' }];

const newDevice = async (name: string) => {
  const device = await nativeDevice(site.appliance, { folder: site.folder, port: site.port, name });
  expect((await device.report('identity', identity)).status).toBe(200);
  const beat = { bootId: 'b1', seq: 1, version: '1', sections: { identity: sectionHash(identity) } };
  const send = (more: object = {}) => device.send('POST', '/check-in', { ...beat, ...more });
  return {
    ...device,
    status: async () => (await send()).status,
    checkIn: async (more?: object) => checkInReply.parse(JSON.parse((await send(more)).text)),
  };
};

describe('what another process decided is said at the next check-in:', () => {
  it('an order, and that it was taken back', async () => {
    const { deviceTasks } = site.appliance;
    const device = await newDevice('orders');
    expect((await device.checkIn()).task).toBeUndefined();
    const { id } = deviceTasks.ask(anna, device.publicId, { kind: 'show-log', lines: 5 }, 'why');
    expect((await device.checkIn()).task).toMatchObject({ id, action: 'show-log' });
    const task = { id, state: 'running' };
    expect(await device.checkIn({ task })).toMatchObject({ cancel: [] });
    deviceTasks.cancel(anna, id);
    expect(await device.checkIn({ task })).toMatchObject({ cancel: [id] });
    expect((await device.checkIn()).task).toBeUndefined();
  });

  it('a policy, and its end', async () => {
    const { objects } = site.appliance;
    const device = await newDevice('policies');
    expect((await device.checkIn()).policy).toBeUndefined();
    const group = objects.create(systemActor, 'group', { name: 'presses' }).id;
    objects.put(systemActor, 'device-decision', device.publicId, { group });
    const asked = objects.create(systemActor, 'neighbour-collection', { name: 'n', group }).id;
    const { policy } = await device.checkIn();
    expect(policy).toMatchObject({ neighbours: true });
    expect((await device.checkIn({ policy: policy?.etag })).policy).toBeUndefined();
    objects.create(systemActor, 'executable-collection', { name: 'e', group, paths: ['/opt'] });
    expect((await device.checkIn({ policy: policy?.etag })).policy).toMatchObject({ executables: { paths: ['/opt'] } });
    objects.remove(systemActor, 'neighbour-collection', asked);
    expect((await device.checkIn()).policy).not.toHaveProperty('neighbours');
  });

  it('how often devices come', async () => {
    const device = await newDevice('settings');
    site.appliance.objects.setSetting(systemActor, 'devices.check-in-seconds', 3_000);
    const { next } = await device.checkIn();
    expect(next).toBeGreaterThanOrEqual(1_500);
    expect(next).toBeLessThanOrEqual(4_500);
  });

  it('that a section is another one than the device holds', async () => {
    const device = await newDevice('sections');
    expect((await device.checkIn()).want).toEqual([]);
    const items = [{ name: 'press-5' }];
    const section = {
      device: device.id,
      collection: 'identity',
      source: 'native',
      collectedAt: '2026-02-01T00:00:00Z',
    } as const;
    site.appliance.inventory.putSection({ ...section, hash: sectionHash(items), items });
    expect((await device.checkIn()).want).toEqual(['identity']);
    const sections = { identity: sectionHash(items), platform: 'ab'.repeat(32), unheard: 'ab'.repeat(32) };
    expect((await device.checkIn({ sections })).want).toEqual(['platform']);
  });

  it('that the device may not come any more', async () => {
    const device = await newDevice('revoked');
    expect(await device.status()).toBe(200);
    site.appliance.devices.revoke(systemActor, device.id);
    expect(await device.status()).toBe(401);
  });
});
