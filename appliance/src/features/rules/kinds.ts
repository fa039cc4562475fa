import { defineKinds } from '../../engine/objects/types.ts';

export const ruleKinds = defineKinds({
  /** Moves the devices that fit a condition into a group; the first rule by priority that fits a device decides. */
  'moving-rule': {
    bound: 'site',
    row: 'D11',
    area: 'devices',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      condition: { returns: 'anew', type: 'multiline', required: true, max: 4_000, syntax: 'condition' },
      group: { returns: 'anew', type: 'reference', kind: 'group', required: true },
      mode: {
        returns: 'anew',
        type: 'choice',
        options: ['once', 'reinstall', 'continuous'],
        required: true,
        default: 'once',
      },
      /** The lowest number comes first. */
      priority: { returns: 'anew', type: 'integer', min: 1, max: 10_000, default: 100 },
      disabled: { returns: 'anew', type: 'boolean', default: false },
    },
    leaves: null,
  },
  /** What makes a device of a group critical or a warning; groups below inherit it. Without a group it holds for the site. */
  'status-conditions': {
    bound: { group: 'group' },
    row: 'D10',
    area: 'devices',
    title: 'name',
    returns: 'freely',
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
  },
  /** Gives a tag to the devices that fit a condition, and takes it from those that no longer do. */
  'tag-rule': {
    bound: 'site',
    row: 'D11',
    area: 'devices',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      tag: { returns: 'anew', type: 'text', required: true, indexed: true, max: 50 },
      condition: { returns: 'anew', type: 'multiline', required: true, max: 4_000, syntax: 'condition' },
      disabled: { returns: 'anew', type: 'boolean', default: false },
    },
    leaves: null,
  },
});
