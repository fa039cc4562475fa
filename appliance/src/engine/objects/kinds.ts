import { defineKinds } from './types.ts';

export const settingKinds = defineKinds({
  /** A setting that differs from its default; its key is the setting's name. */
  setting: {
    bound: 'site',
    row: 'O10',
    area: 'settings',
    key: 'given',
    title: 'name',
    fields: {
      /** Absent where a change of the default waits: the default holds. */
      value: { type: 'json' },
      /** JSON: a change that waits for a second person. */
      waiting: { type: 'secret', internal: true },
    },
    leaves: null,
  },
});
