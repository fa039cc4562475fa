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
      displayName: { returns: 'freely', type: 'text', max: 200, indexed: true },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
      group: { returns: 'anew', strict: { group: null }, type: 'reference', kind: 'group' },
      /** Tags by hand; those that rules give are derived. */
      tags: { returns: 'freely', type: 'list', max: 50 },
    },
    leaves: null,
  },
  group: {
    bound: { group: 'id' },
    row: 'O1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, indexed: true, max: 100 },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
      parent: { returns: 'anew', strict: { parent: null }, type: 'reference', kind: 'group' },
    },
    leaves: null,
  },
});
