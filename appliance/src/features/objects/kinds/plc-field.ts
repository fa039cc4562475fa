import { defineKind } from '../types.ts';

/** A field of the site's own in the records of controllers. */
export const kind = defineKind({
  name: 'plc-field',
  row: 'P1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 60, unique: true, indexed: true },
    type: { type: 'choice', options: ['text', 'number', 'date', 'yes-no', 'choice'], required: true },
    /** Of a choice. */
    options: { type: 'list', max: 50 },
    description: { type: 'text', max: 300 },
  },
  check: (body) => {
    const isChoice = body['type'] === 'choice';
    const options = Array.isArray(body['options']) ? body['options'] : [];
    return {
      // The name stands before a colon in the records.
      ...(String(body['name'] ?? '').includes(':') ? { name: { key: 'validation.format' } } : {}),
      ...(isChoice && options.length === 0 ? { options: { key: 'validation.required' } } : {}),
    };
  },
  leaves: null,
});
