import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const site = await openConsole();
const device = site.device('hmi-1');
site.report(device.id, 'software', [deb('bash', '5'), deb('openssl', '3')]);
site.report(device.id, 'accounts', [{ name: 'very-private', uid: 1000 }]);
afterAll(() => site.close());

const text = async (path: string): Promise<string> => {
  const response = await (await site.as('operator')).get(path);
  expect(`${path} ${response.status}`).toBe(`${path} 200`);
  return response.text();
};

describe('baselines in the console', () => {
  it('are approved, deviations are listed, accepted and given a work order, and the report has it all', async () => {
    const operator = await site.as('operator');
    expect(await text(paths.deviceTab(device.publicId, 'deviations'))).toContain('No baseline');
    expect(await text(paths.baselineNew({ device: device.publicId }))).toContain('value="software" checked');
    const wrong = await operator.post(paths.baselineNew(), { device: device.publicId, expiresAt: 'soon' });
    expect(wrong.status).toBe(422);
    const approved = await operator.post(paths.baselineNew(), {
      device: device.publicId,
      collections: ['software', 'accounts'],
      allowed: 'software vim*',
      comment: 'commissioning record 7',
    });
    expect([approved.status, approved.headers.get('location')]).toEqual([
      303,
      paths.deviceTab(device.publicId, 'deviations'),
    ]);
    site.report(device.id, 'software', [deb('bash', '6'), deb('vim', '9')]);
    site.report(device.id, 'accounts', []);
    const list = await text(paths.deviations());
    expect(list).toContain('bash');
    expect(list).toContain('openssl');
    expect(list).not.toContain('very-private');
    expect(list).not.toContain('>vim<');
    const holds = async (query: string): Promise<boolean> =>
      (await text(`${paths.deviations()}?${query}`)).includes('>openssl<');
    const [are, areNot] = [
      [
        'operation=removed',
        'state=all&age=0',
        'order=false',
        `device=${device.publicId}`,
        'q=openss',
        'operation!=added',
      ],
      ['collection=accounts', 'state=closed', 'age=30', 'age=30&age<40', 'order=true', 'device=other', 'q=curl'],
    ];
    for (const query of are) expect([query, await holds(query)]).toEqual([query, true]);
    for (const query of areNot) expect([query, await holds(query)]).toEqual([query, false]);
    const built = await operator.get(`${paths.deviations()}?b.0.field=age&b.0.op=%3E%3D&b.0.value=35`);
    expect(built.headers.get('location')).toBe(paths.deviations({ age: '35' }));
    const unread = await operator.get(paths.deviations({ operation: 'moved' }));
    expect(unread.status).toBe(422);

    const { baselines } = site.appliance;
    const id = (title: string | null): string =>
      String(baselines.deviations({ scope: wholeSite('job'), limit: 10 }).rows.find((row) => row.title === title)?.id);
    const asked = await operator.post(paths.deviationsDecide(), { action: 'accept', id: id('bash') });
    expect(await asked.text()).toContain('hmi-1: bash');
    const unsaid = await operator.post(paths.deviationsDecide(), { action: 'accept', id: id('bash'), confirmed: '1' });
    expect(unsaid.status).toBe(422);
    const done = await operator.post(paths.deviationsDecide(), {
      action: 'accept',
      id: id('bash'),
      confirmed: '1',
      reason: 'change 2041',
      expiresAt: '2099-12-31',
    });
    expect(done.status).toBe(303);
    const bashIsGone = baselines.deviations({ scope: wholeSite('job'), limit: 10 }).rows.map(({ title }) => title);
    expect(bashIsGone).not.toContain('bash');
    await operator.post(paths.deviationsDecide(), {
      action: 'order',
      id: id('openssl'),
      confirmed: '1',
      order: 'WO-88',
    });

    const report = await text(paths.baselineReport(`device:${device.publicId}`));
    for (const part of ['commissioning record 7', 'change 2041', 'WO-88', 'openssl', '35 days', 'hmi-1'])
      expect(report).toContain(part);
    expect(report).not.toContain('very-private');
    expect(await text(paths.baseline(`device:${device.publicId}`))).toContain('software vim*');
    expect(await text(paths.baselines())).toContain('hmi-1');
    const csv = await text(paths.deviationsCsv());
    expect(csv).toContain('WO-88');
    expect(csv).not.toContain('very-private');

    const back = await operator.post(paths.baselineRevert(`device:${device.publicId}`), { revision: '1' });
    expect(back.status).toBe(303);
    expect(baselines.deviations({ scope: wholeSite('job'), limit: 10 }).rows.map(({ title }) => title)).toContain(
      'bash',
    );
    const question = await operator.post(paths.baselineRemove(`device:${device.publicId}`));
    expect(question.status).toBe(200);
    await operator.post(paths.baselineRemove(`device:${device.publicId}`), { confirmed: '1' });
    expect(baselines.deviationsOf(device.id)).toBe(0);
  });

  it('of a group take a reference device by its name, and say what is missing', async () => {
    const operator = await site.as('operator');
    const group = site.appliance.objects.create(systemActor, 'group', { name: 'Line 3' }).id;
    const missing = await operator.post(paths.baselineNew(), { group, collections: 'software' });
    expect(missing.status).toBe(422);
    const unknown = await operator.post(paths.baselineNew(), { group, collections: 'software', reference: 'nobody' });
    expect(unknown.status).toBe(422);
    const done = await operator.post(paths.baselineNew(), { group, collections: 'software', reference: 'hmi-1' });
    expect(done.headers.get('location')).toBe(paths.baseline(`group:${group}`));
    expect(await text(paths.baseline(`group:${group}`))).toContain('Line 3');
  });

  it('are read by viewers and changed by others', async () => {
    const viewer = await site.as('viewer');
    expect((await viewer.get(paths.baselines())).status).toBe(200);
    expect((await viewer.get(paths.baselineNew({ device: device.publicId }))).status).toBe(403);
    expect((await viewer.post(paths.deviationsDecide(), { action: 'accept', id: '1' })).status).toBe(403);
    const browser = await site.as('operator');
    expect((await browser.get(paths.baseline('device:nothing'))).status).toBe(404);
  });
});
