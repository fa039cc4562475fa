import { defineKind } from '../types.ts';

/** What administrators say about a device; its key is the device's public id. */
export const kind = defineKind({
  name: 'device-decision',
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
});
