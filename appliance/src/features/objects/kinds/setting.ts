import { defineKind } from '../types.ts';

/** A setting that differs from its default; its key is the setting's name. */
export const kind = defineKind({
  name: 'setting',
  row: 'O10',
  area: 'settings',
  key: 'given',
  title: 'name',
  fields: { value: { type: 'json', required: true } },
  leaves: null,
});
