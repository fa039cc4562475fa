import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { newTokenSecret, tokenHash } from './types.ts';

const uuid = '4c4c4544-0031-3510-8052-b4c04f4a3732';
const macs = ['00:1b:21:aa:bb:01'];
const secrets = { native: newTokenSecret(), glpi: newTokenSecret('glpi') };

const enrol = (source: 'native' | 'glpi', clientId: string) =>
  site.appliance.devices.enrolClient({
    source,
    token: secrets[source],
    clientId,
    keyDigest: source === 'native' ? clientId : null,
    facts: { hostname: 'press-4', uuid, macs, agentVersion: `${source} 1.2` },
    from: '192.0.2.4',
  });
const report = (
  device: number,
  source: 'native' | 'glpi',
  collection: string,
  items: Record<string, unknown>[],
): void =>
  void site.appliance.inventory.putSection({
    device,
    source,
    collection,
    items,
    hash: sectionHash(items),
    collectedAt: '2026-01-02T00:00:00Z',
  });

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
for (const [source, secret] of Object.entries(secrets))
  site.appliance.objects.ofAnyKind.create(systemActor, 'token', {
    name: source,
    purpose: source === 'native' ? 'agent' : source,
    hash: tokenHash(secret),
    approve: 'auto',
  });
afterAll(() => site.close());

describe('one computer that two agents report', () => {
  it('waits, is compared, becomes one device with the origin of each fact, and two again', async () => {
    const own = enrol('native', 'a'.repeat(64)).device;
    report(own.id, 'native', 'identity', [{ name: 'press-4', uuid, macs, osType: 'linux' }]);
    report(own.id, 'native', 'software', [deb('curl', '8.14.1-2')]);
    const other = enrol('glpi', 'press-4-2026').device;
    expect(other.state).toBe('pending');

    const page = await viewer.html(paths.deviceDuplicates());
    expect(page).toContain(uuid);
    expect(page).toContain(macs[0]);
    expect((await viewer.post(paths.deviceCompare(), { keep: own.publicId, other: other.publicId })).status).toBe(403);
    const waiting = await admin.html(paths.device(other.publicId));
    expect(waiting).toContain(`/device-duplicates/compare?one=${own.publicId}&amp;two=${other.publicId}`);
    const compared = await admin.html(paths.deviceCompare({ one: own.publicId, two: other.publicId }));
    expect(compared).toContain('glpi 1.2');
    expect(site.appliance.devices.find(other.id)).toBeDefined();

    const merged = await admin.post(paths.deviceCompare(), { keep: own.publicId, other: other.publicId });
    expect(merged.headers.get('location')).toBe(paths.device(own.publicId));
    report(own.id, 'glpi', 'identity', [{ name: 'PRESS-4', uuid, macs, osType: 'linux' }]);
    report(own.id, 'glpi', 'software', [deb('vim', '9.1-1')]);
    expect((await admin.get(paths.device(other.publicId))).headers.get('location')).toBe(paths.device(own.publicId));
    const device = await admin.html(`${paths.device(own.publicId)}?others=1`);
    expect(device).toContain('native 1.2');
    expect(device).toContain('glpi 1.2');
    expect(device).toContain('PRESS-4');
    const software = await admin.html(paths.deviceTab(own.publicId, 'software'));
    expect(software).toContain('curl');
    expect(software).not.toContain('>vim<');
    expect(software).toContain(`href="${paths.deviceTab(own.publicId, 'software', { door: 'glpi' })}"`);
    const also = await admin.html(paths.deviceTab(own.publicId, 'software', { door: 'glpi' }));
    expect(also).toContain('vim');
    expect(also).not.toContain('>curl<');

    const [merge] = site.appliance.devices.merges(own.id);
    expect(await admin.html(paths.deviceDuplicates())).toContain(`name="merge" value="${merge?.id}"`);
    expect((await admin.post(paths.deviceUnmerge(), { merge: String(merge?.id) })).status).toBe(303);
    expect(site.appliance.devices.byId(other.id)).toMatchObject({ state: 'pending', publicId: other.publicId });
    await admin.post(paths.deviceDistinct(), { one: own.publicId, two: other.publicId });
    expect(await admin.html(paths.deviceDuplicates())).not.toContain(uuid);
  });

  it('is removed when it was revoked, after a question', async () => {
    const [record] = site.appliance.devices.list({ state: ['pending'], limit: 1 }).rows;
    const publicId = record?.publicId ?? '';
    const managed = site.device('mixer');
    expect((await admin.post(paths.deviceForget(managed.publicId), { confirmed: '1' })).status).toBe(409);
    expect((await admin.post(paths.deviceRevoke(publicId), { confirmed: '1' })).status).toBe(303);
    const asked = await admin.post(paths.deviceForget(publicId));
    expect(await asked.text()).toContain('name="confirmed"');
    expect(site.appliance.devices.byPublicId(publicId).state).toBe('revoked');
    expect((await admin.post(paths.deviceForget(publicId), { confirmed: '1' })).status).toBe(303);
    expect((await admin.get(paths.device(publicId))).status).toBe(404);
  });
});
