import { defineKinds } from './types.ts';

export const settingKinds = defineKinds({
  /** A setting that differs from its default; its key is the setting's name. */
  setting: {
    bound: 'site',
    row: 'O10',
    area: 'settings',
    key: 'given',
    title: 'name',
    strict: 'remove',
    fields: {
      /** Absent where a change of the default waits: the default holds. */
      value: { returns: 'anew', type: 'json' },
      /** JSON: a change that waits for a second person. */
      waiting: { returns: 'never', type: 'secret', internal: true },
    },
    leaves: null,
  },
});
