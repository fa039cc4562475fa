import { defineKind } from '../types.ts';

/** A saved filter of the list of devices, as the parameters of its address. */
export const kind = defineKind({
  name: 'selection',
  row: 'D11',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    filter: { type: 'text', required: true, max: 2_000 },
    /** Others see it above their lists, too; who saved it always does. */
    shared: { type: 'boolean', default: true },
  },
  leaves: null,
});
