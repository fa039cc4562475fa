import { defineKind } from '../types.ts';

export const kind = defineKind({
  name: 'deployment',
  row: 'S6',
  area: 'deployments',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 200 },
    /** Update ids. */
    updates: { type: 'list', required: true, max: 1_000 },
    /** Public ids of devices; or a group. */
    devices: { type: 'list', max: 100_000 },
    group: { type: 'reference', kind: 'group' },
    timeoutMinutes: { type: 'integer', min: 1, max: 1_440, default: 30 },
    cancelled: { type: 'boolean', default: false, internal: true },
  },
  leaves: null,
});
