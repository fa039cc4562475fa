import type { Field } from '../condition/types.ts';

/** Orders that failed and that no later order took up. */
export const orderFields: readonly Field[] = [
  {
    name: 'failedOrders',
    type: 'number',
    layer: 0,
    source: {
      scalar: `select count(*) from task t where t.device = d.id and t.state = 'failed' and not exists
        (select 1 from task later where later.device = t.device and later.update_id = t.update_id
          and later.queued_at > t.queued_at)`,
    },
  },
];
