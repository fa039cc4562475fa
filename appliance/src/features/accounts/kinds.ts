import { defineKinds } from '../../engine/objects/types.ts';
import { isAddressRange } from '../../platform/address-ranges.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { isRight, rightsInGroups } from './types.ts';

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const unknownRights = (rights: unknown): FieldErrors =>
  listed(rights).every((right) => isRight(String(right))) ? {} : { rights: { key: 'validation.choice' } };

export const accountKinds = defineKinds({
  account: {
    bound: 'site',
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
  },
  role: {
    bound: 'site',
    row: 'O5',
    area: 'accounts',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      description: { type: 'multiline', max: 2_000 },
      /** `area:read`, `area:write`, or `all`. */
      rights: { type: 'list', required: true, max: 50 },
      /** Ids of the groups that the rights are limited to, with all below them; neither these nor zones: the whole site. */
      groups: { type: 'list', idOf: 'group', max: 1_000 },
      /** Ids of zones of controllers, in the same way. */
      zones: { type: 'list', idOf: 'zone', max: 100 },
      builtIn: { type: 'boolean', default: false, internal: true },
      /** JSON: a change that waits for a second person. */
      waiting: { type: 'secret', internal: true },
    },
    // A right that opens nothing in a group or zone is not given there: that is not expected of a limit.
    check: ({ groups, zones, rights }) => ({
      ...unknownRights(rights),
      ...(listed(groups).length + listed(zones).length > 0 &&
      !listed(rights).every((right) => rightsInGroups.some((one) => one === right))
        ? { rights: { key: 'validation.roleGroups' } }
        : {}),
    }),
    leaves: null,
  },
  /** An enrolment token or an API token; only the hash of its secret is kept. */
  token: {
    bound: 'site',
    row: 'O6',
    area: 'accounts',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, max: 100 },
      purpose: {
        type: 'choice',
        options: ['agent', 'osquery', 'glpi', 'api', 'first'],
        required: true,
        indexed: true,
        immutable: true,
      },
      /** SHA-256 of the secret, hex. */
      hash: { type: 'text', required: true, unique: true, max: 64, min: 64, internal: true, immutable: true },
      group: { type: 'reference', kind: 'group' },
      /** Devices that may still enrol with it are counted by the device store. */
      uses: { type: 'integer', min: 1, max: 1_000_000 },
      expiresAt: { type: 'time' },
      approve: { type: 'choice', options: ['manual', 'auto'] },
      /** With `auto`: only clients at these addresses or ranges; without it, everywhere. */
      approveFrom: { type: 'list', max: 50 },
      /** With `glpi`: SHA-256 of `user:password` that clients must give beside the token, hex. */
      basicHash: { type: 'text', max: 64, min: 64, internal: true },
      /** The account that an API token acts for: its maker's. */
      account: { type: 'reference', kind: 'account', immutable: true },
      /** With `first`: two persons agreed that the second factor may be lost as well. */
      waives: { type: 'boolean', internal: true, immutable: true },
      /** Limits an API token further than its account. */
      rights: { type: 'list', max: 50 },
      disabled: { type: 'boolean', default: false },
    },
    // A range that is none would hold no address, and every device would wait without anybody knowing why.
    check: ({ approveFrom, rights }) => {
      const wrong = (Array.isArray(approveFrom) ? approveFrom : []).find((range) => !isAddressRange(String(range)));
      return wrong === undefined
        ? unknownRights(rights)
        : { approveFrom: { key: 'validation.addressRange', params: { text: String(wrong) } } };
    },
    leaves: null,
  },
});
