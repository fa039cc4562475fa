import { defineKind } from '../types.ts';

export const kind = defineKind({
  name: 'account',
  row: 'O4',
  area: 'accounts',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, personal: true, unique: true, max: 100 },
    description: { type: 'multiline', max: 2_000 },
    fullName: { type: 'text', personal: true, max: 200 },
    email: { type: 'text', personal: true, indexed: true, max: 254 },
    phone: { type: 'text', personal: true, max: 50 },
    roles: { type: 'list', required: true, max: 20 },
    disabled: { type: 'boolean', default: false },
    /** PHC string of Argon2id. */
    passwordHash: { type: 'secret', internal: true },
    totpSecret: { type: 'secret', internal: true },
    twoStep: { type: 'boolean', default: false, internal: true },
    /** JSON list of hashes of unused codes. */
    recoveryCodes: { type: 'secret', internal: true },
    /** JSON: a change that waits for a second person. */
    waiting: { type: 'secret', internal: true },
  },
  leaves: null,
});
