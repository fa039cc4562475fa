import { defineKind } from '../types.ts';

/** A column of the site's own in the lists of hardware. */
export const kind = defineKind({
  name: 'hardware-column',
  row: 'S2',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 60, unique: true, indexed: true },
    type: { type: 'choice', options: ['text', 'number', 'date', 'yes-no'], required: true },
    description: { type: 'text', max: 300 },
  },
  // The name stands before a colon in the records.
  check: (body) => (String(body['name'] ?? '').includes(':') ? { name: { key: 'validation.format' } } : {}),
  leaves: null,
});
