import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { deb } from '../../../test/support/site.ts';

const site = await openApiSite();
afterAll(() => site.close());

describe('baselines through the API', () => {
  it('are approved, what differs is listed and decided, with the rights that it needs', async () => {
    const write = site.tokenOf('operator');
    const read = site.tokenOf('viewer');
    const blind = site.tokenOf('operator', ['devices:read']);
    const device = site.device('cell-1');
    site.report(device.id, 'software', [deb('bash', '5')]);
    const body = { device: device.publicId, collections: ['software'], comment: 'FAT' };
    expect((await site.call('POST', '/baselines', { token: read, body })).status).toBe(403);
    expect(
      (await site.call('POST', '/baselines', { token: write, body: { ...body, collections: ['x'] } })).status,
    ).toBe(422);
    const approved = await site.call('POST', '/baselines', { token: write, body });
    expect([approved.status, approved.json]).toMatchObject([200, { id: `device:${device.publicId}`, revision: 1 }]);
    site.report(device.id, 'software', [deb('bash', '6'), deb('vim', '9')]);
    const list = await site.call('GET', '/deviations', { token: read });
    const rows = list.json['rows'] as { id: number; title: string }[];
    expect(rows.map(({ title }) => title).sort()).toEqual(['bash', 'vim']);
    // Software is for who may read software.
    expect((await site.call('GET', '/deviations', { token: blind })).json['total']).toBe(0);
    expect((await site.call('GET', '/changes', { token: blind })).json['rows']).toEqual([]);
    expect((await site.call('GET', '/changes?collection=software', { token: blind })).status).toBe(403);
    expect((await site.call('GET', '/changes?item=vim', { token: read })).json['rows']).toMatchObject([
      { operation: 'added', device: { name: 'cell-1' }, after: { version: '9' } },
    ]);
    const ids = rows.map(({ id }) => id);
    const order = { ids, order: 'WO-1' };
    expect((await site.call('POST', '/deviations/work-order', { token: write, body: order })).json).toEqual({
      noted: 2,
    });
    const accept = { ids: ids.slice(0, 1), reason: 'change 4' };
    expect((await site.call('POST', '/deviations/accept', { token: read, body: accept })).status).toBe(403);
    expect((await site.call('POST', '/deviations/accept', { token: write, body: accept })).json).toEqual({
      accepted: 1,
      baselines: [`device:${device.publicId}`],
    });
    expect((await site.call('GET', '/deviations?state=closed', { token: read })).json['rows']).toMatchObject([
      { outcome: 'accepted', workOrder: 'WO-1', decision: { reason: 'change 4' } },
    ]);
    const one = await site.call('GET', `/baselines/device:${device.publicId}`, { token: read });
    expect(one.json).toMatchObject({ revision: 2, devices: [{ deviations: 1 }] });
    expect((await site.call('DELETE', `/baselines/device:${device.publicId}`, { token: write })).status).toBe(204);
    expect((await site.call('GET', '/baselines', { token: read })).json['rows']).toEqual([]);
  });
});
