import { defineKinds } from '../../engine/objects/types.ts';

export const deviceKinds = defineKinds({
  /** What administrators say about a device; its key is the device's public id. */
  'device-decision': {
    bound: 'device',
    row: 'D3',
    area: 'devices',
    key: 'given',
    title: 'displayName',
    fields: {
      displayName: { type: 'text', max: 200, indexed: true },
      description: { type: 'multiline', max: 2_000 },
      group: { type: 'reference', kind: 'group' },
      /** Tags by hand; those that rules give are derived. */
      tags: { type: 'list', max: 50 },
    },
    leaves: null,
  },
  group: {
    bound: { group: 'id' },
    row: 'O1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, indexed: true, max: 100 },
      description: { type: 'multiline', max: 2_000 },
      parent: { type: 'reference', kind: 'group' },
    },
    leaves: null,
  },
});
