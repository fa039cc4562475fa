import { defineKind } from '../types.ts';

/** What is done in one outage: an occurrence of a window, patches, controllers. */
export const kind = defineKind({
  name: 'outage-plan',
  row: 'P3',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 200 },
    window: { type: 'reference', kind: 'maintenance-window', required: true, indexed: true },
    /** Beginning of the occurrence. */
    startsAt: { type: 'time', required: true },
    /** Numbers of patches. */
    patches: { type: 'list', max: 500 },
    state: { type: 'choice', options: ['draft', 'announced', 'done', 'cancelled'], default: 'draft', indexed: true },
    notes: { type: 'multiline', max: 4_000 },
  },
  leaves: null,
});
