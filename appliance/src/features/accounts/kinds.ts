import { defineKinds } from '../../engine/objects/types.ts';
import { isAddressRange } from '../../platform/address-ranges.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { isRight, rightsInGroups } from './types.ts';

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const unknownRights = (rights: unknown): FieldErrors =>
  listed(rights).every((right) => isRight(String(right))) ? {} : { rights: { key: 'validation.choice' } };

/** A password or second factor that is not the one that was set last opens nothing. */
const noWayIn = { passwordHash: null, totpSecret: null, twoStep: false, recoveryCodes: null };

export const accountKinds = defineKinds({
  account: {
    bound: 'site',
    row: 'O4',
    area: 'accounts',
    title: 'name',
    strict: { disabled: true },
    fields: {
      name: { returns: 'anew', type: 'text', required: true, personal: true, unique: true, max: 100 },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
      fullName: { returns: 'freely', type: 'text', personal: true, max: 200 },
      email: { returns: 'anew', strict: { email: null }, type: 'text', personal: true, indexed: true, max: 254 },
      phone: { returns: 'freely', type: 'text', personal: true, max: 50 },
      roles: { returns: 'anew', strict: { roles: [] }, type: 'list', required: true, max: 20 },
      disabled: { returns: 'anew', type: 'boolean', default: false },
      /** PHC string of Argon2id. */
      passwordHash: { returns: 'never', strict: noWayIn, type: 'secret', internal: true },
      totpSecret: { returns: 'never', strict: noWayIn, type: 'secret', internal: true },
      twoStep: { returns: 'never', strict: noWayIn, type: 'boolean', default: false, internal: true },
      /** JSON list of hashes of unused codes. */
      recoveryCodes: { returns: 'never', type: 'secret', internal: true },
      /** JSON: a change that waits for a second person. */
      waiting: { returns: 'never', type: 'secret', internal: true },
    },
    leaves: null,
  },
  role: {
    bound: 'site',
    row: 'O5',
    area: 'accounts',
    title: 'name',
    strict: { rights: [] },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
      /** `area:read`, `area:write`, or `all`. */
      rights: { returns: 'anew', type: 'list', required: true, max: 50 },
      /** Ids of the groups that the rights are limited to, with all below them; neither these nor zones: the whole site. */
      groups: { returns: 'anew', type: 'list', idOf: 'group', max: 1_000 },
      /** Ids of zones of controllers, in the same way. */
      zones: { returns: 'anew', type: 'list', idOf: 'zone', max: 100 },
      builtIn: { returns: 'never', type: 'boolean', default: false, internal: true },
      /** JSON: a change that waits for a second person. */
      waiting: { returns: 'never', type: 'secret', internal: true },
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
    strict: { disabled: true },
    final: true,
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      purpose: {
        returns: 'anew',
        type: 'choice',
        options: ['agent', 'osquery', 'glpi', 'api', 'first'],
        required: true,
        indexed: true,
        immutable: true,
      },
      /** SHA-256 of the secret, hex. */
      hash: {
        returns: 'anew',
        type: 'text',
        required: true,
        unique: true,
        max: 64,
        min: 64,
        internal: true,
        immutable: true,
      },
      group: { returns: 'anew', type: 'reference', kind: 'group' },
      /** Devices that may still enrol with it are counted by the device store. */
      uses: { returns: 'anew', type: 'integer', min: 1, max: 1_000_000 },
      expiresAt: { returns: 'anew', type: 'time' },
      approve: { returns: 'anew', strict: { approve: 'manual' }, type: 'choice', options: ['manual', 'auto'] },
      /** With `auto`: only clients at these addresses or ranges; without it, everywhere. */
      approveFrom: { returns: 'anew', strict: { approve: 'manual' }, type: 'list', max: 50 },
      /** With `glpi`: SHA-256 of `user:password` that clients must give beside the token, hex. */
      basicHash: { returns: 'never', strict: { disabled: true }, type: 'text', max: 64, min: 64, internal: true },
      /** The account that an API token acts for: its maker's. */
      account: { returns: 'anew', type: 'reference', kind: 'account', immutable: true },
      /** With `first`: two persons agreed that the second factor may be lost as well. */
      waives: { returns: 'never', strict: { disabled: true }, type: 'boolean', internal: true, immutable: true },
      /** Limits an API token further than its account. */
      rights: { returns: 'anew', type: 'list', max: 50 },
      disabled: { returns: 'anew', type: 'boolean', default: false },
      /** Since when it waits after a return to an older database (features/rollback/held-tokens.ts). */
      held: {
        returns: 'never',
        strict: { held: '1970-01-01T00:00:00Z' },
        type: 'time',
        indexed: true,
        internal: true,
      },
      /** JSON: that it may live again waits for a second person. */
      waiting: { returns: 'never', type: 'secret', internal: true },
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
