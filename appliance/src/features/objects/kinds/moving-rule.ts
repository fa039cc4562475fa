import { defineKind } from '../types.ts';

/** Moves the devices that fit a condition into a group; the first rule by priority that fits a device decides. */
export const kind = defineKind({
  name: 'moving-rule',
  row: 'D11',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    condition: { type: 'multiline', required: true, max: 4_000, syntax: 'condition' },
    group: { type: 'reference', kind: 'group', required: true },
    mode: { type: 'choice', options: ['once', 'reinstall', 'continuous'], required: true, default: 'once' },
    /** The lowest number comes first. */
    priority: { type: 'integer', min: 1, max: 10_000, default: 100 },
    disabled: { type: 'boolean', default: false },
  },
  leaves: null,
});
