import { defineKind } from '../types.ts';

/** P3: whether a controller should be there; its key is the controller's public id. Without one, where it came from says so. */
export const kind = defineKind({
  name: 'plc-decision',
  row: 'P3',
  area: 'devices',
  key: 'given',
  title: 'reason',
  fields: {
    decision: { type: 'choice', options: ['authorised', 'unauthorised', 'archived'], required: true, indexed: true },
    reason: { type: 'text', max: 500 },
  },
  leaves: null,
});
