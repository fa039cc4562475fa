import { afterAll, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';

// Two halls may each have a group of one name: what is installed there is never a matter of chance.

const site = await openApiSite();
afterAll(() => site.close());

it('orders nothing for a group by a name that two groups have', async () => {
  const { objects } = site.appliance;
  for (const hall of ['Hall 1', 'Hall 2']) {
    const { id } = objects.create(systemActor, 'group', { name: hall });
    objects.create(systemActor, 'group', { name: 'Panels', parent: id });
  }
  const token = site.tokenOf('administrator');
  for (const path of ['/deployments/preview', '/deployments']) {
    const { status, text } = await site.call('POST', path, { token, body: { updates: ['none'], group: 'Panels' } });
    expect([status, text.includes('group Panels does not exist')], path).toEqual([404, true]);
  }
});
