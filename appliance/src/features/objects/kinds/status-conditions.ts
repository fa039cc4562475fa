import { defineKind } from '../types.ts';

/** What makes a device of a group critical or a warning; groups below inherit it. Without a group it holds for the site. */
export const kind = defineKind({
  name: 'status-conditions',
  row: 'D10',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    group: { type: 'reference', kind: 'group', unique: true },
    /** With what is inherited, or instead of it. */
    combine: { type: 'choice', options: ['add', 'replace'], required: true, default: 'add' },
    /** Inherited where it is absent. */
    notVisibleHours: { type: 'integer', min: 1, max: 720 },
    conditions: { type: 'multiline', max: 20_000, syntax: 'status-conditions' },
  },
  leaves: null,
});
