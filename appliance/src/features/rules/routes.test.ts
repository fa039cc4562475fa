import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';

let token = '';
let viewer = '';
let ids: string[] = [];

const site = await openApiSite();
token = site.tokenOf('administrator');
viewer = site.tokenOf('viewer');
ids = ['pump-1', 'pump-2', 'mixer'].map((name) => site.device(name).publicId);
site.appliance.objects.create(systemActor, 'group', { name: 'Pumps' }, { id: 'g-pumps' });
afterAll(async () => site.close());

const call = async (method: string, path: string, body?: unknown, as = token) => {
  const response = await site.call(method, path, { token: as, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: response.json };
};

describe('rules by the API', () => {
  it('tag devices, each change once, with a revision', async () => {
    const [a = '', b = ''] = ids;
    expect(await call('POST', '/tags', { tag: 'spare', add: [a, b] })).toMatchObject({
      status: 200,
      body: { added: [a, b] },
    });
    expect(await call('POST', '/tags', { tag: 'spare', add: [a], remove: [b] })).toMatchObject({
      body: { added: [], removed: [b] },
    });
    expect(await call('GET', '/tags')).toMatchObject({ body: { rows: [{ tag: 'spare', devices: 1 }] } });
    expect(await call('GET', `/devices/${a}/tags`)).toMatchObject({
      body: { rows: [{ tag: 'spare', byHand: true, rules: [] }] },
    });
    expect(site.appliance.objects.revisions('device-decision', a)).toHaveLength(1);
    expect((await call('POST', '/tags', { tag: 'spare', add: ['nobody'] })).status).toBe(404);
    expect((await call('POST', '/tags', { tag: 'spare', add: [a] }, viewer)).status).toBe(403);
  });

  it('try conditions, and refuse wrong ones with where', async () => {
    const tried = await call(
      'POST',
      '/conditions/try',
      { kind: 'tag-rule', condition: 'hostname starts pump' },
      viewer,
    );
    expect(tried).toMatchObject({ status: 200, body: { total: 2, devices: [{ name: 'pump-1' }, { name: 'pump-2' }] } });
    const refused = await call('POST', '/conditions/try', { kind: 'moving-rule', condition: 'group = Pumps' });
    expect(refused).toMatchObject({
      status: 422,
      body: { error: { fields: { condition: { key: 'condition.fault.notHere' } } } },
    });
    const kept = await call('POST', '/objects/tag-rule', { name: 'x', tag: 'x', condition: 'nonsense' });
    expect(kept.status).toBe(422);
  });

  it('say what a moving rule would move before there is one', async () => {
    const rule = { name: 'In', condition: 'hostname starts pump', group: 'g-pumps' };
    expect(await call('POST', '/moving-rules/dry-run', { rule })).toMatchObject({
      status: 200,
      body: { total: 2, rows: ids.slice(0, 2).map((device) => ({ device, from: null, to: 'g-pumps' })) },
    });
    expect(await call('POST', '/moving-rules/dry-run', {})).toMatchObject({ body: { total: 0, rows: [] } });
  });
});
