import { defineKinds } from '../../engine/objects/types.ts';

export const worklistKinds = defineKinds({
  /** What people keep about an item of the worklist; its key is the item's. */
  'work-note': {
    bound: 'site',
    row: 'O9',
    area: 'work',
    title: 'reason',
    key: 'given',
    returns: 'freely',
    fields: {
      assignee: { type: 'reference', kind: 'account' },
      laterUntil: { type: 'time' },
      reason: { type: 'text', max: 500 },
    },
    leaves: null,
  },
});
