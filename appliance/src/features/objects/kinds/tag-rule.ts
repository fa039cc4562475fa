import { defineKind } from '../types.ts';

/** Gives a tag to the devices that fit a condition, and takes it from those that no longer do. */
export const kind = defineKind({
  name: 'tag-rule',
  row: 'D11',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    tag: { type: 'text', required: true, indexed: true, max: 50 },
    condition: { type: 'multiline', required: true, max: 4_000, syntax: 'condition' },
    disabled: { type: 'boolean', default: false },
  },
  leaves: null,
});
