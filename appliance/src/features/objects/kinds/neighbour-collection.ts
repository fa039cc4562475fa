import { defineKind } from '../types.ts';

/** Whether our agents of a group say whom they see on their own network: data about others, so only where somebody asks. */
export const kind = defineKind({
  name: 'neighbour-collection',
  row: 'D1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    /** One for each group; those below it take the nearest. */
    group: { type: 'reference', kind: 'group', required: true, unique: true },
    /** Nothing is said in the group and those below it. */
    disabled: { type: 'boolean', default: false },
  },
  leaves: null,
});
