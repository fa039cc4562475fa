import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';

const kind = 'maintenance-window';

describe('a window for computers', () => {
  let site: ApiSite;
  let token = '';
  beforeAll(async () => {
    site = await openApiSite();
    token = site.tokenOf('administrator');
    site.device('hmi-7');
  });
  afterAll(() => site.close());

  const put = (body: Record<string, unknown>) =>
    site.call('POST', `/objects/${kind}`, {
      token,
      body: { body: { recurrence: 'daily 02-05', for: 'computers', ...body } },
    });

  it('is for groups and devices by the names that people give them', async () => {
    const { objects } = site.appliance;
    const group = objects.create(systemActor, 'group', { name: 'Line 3' }).id;
    const made = await put({ name: 'night', groups: ['line 3'], devices: ['HMI-7'] });
    expect(made.status, made.text).toBe(201);
    const [device] = site.appliance.db.prepare<[], string>('select public_id from device').pluck().all();
    expect(objects.list({ kind, limit: 10 }).rows.map(({ body }) => [body['groups'], body['devices']])).toEqual([
      [[group], [device]],
    ]);
  });

  it('is refused for what is not there, with what may have been meant', async () => {
    const wrong = await put({ name: 'other', groups: ['Line 4'], devices: ['hmi-8'] });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toMatch(/Line 4.*Line 3/);
    expect(wrong.text).toMatch(/hmi-8.*hmi-7/);
    const nothing = await put({ name: 'other', groups: ['quite another thing'] });
    expect(nothing.status).toBe(422);
  });
});
