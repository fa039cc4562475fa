import { defineKind } from '../types.ts';

export const kind = defineKind({
  name: 'group',
  row: 'O1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, indexed: true, max: 100 },
    description: { type: 'multiline', max: 2_000 },
    parent: { type: 'reference', kind: 'group' },
  },
  leaves: null,
});
