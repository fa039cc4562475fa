import { defineKind } from '../types.ts';

export const kind = defineKind({
  name: 'role',
  row: 'O5',
  area: 'accounts',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    description: { type: 'multiline', max: 2_000 },
    /** `area:read`, `area:write`, or `all`. */
    rights: { type: 'list', required: true, max: 50 },
    /** Group ids that the rights are limited to: kept for when rights within groups are told apart; empty until then. */
    groups: { type: 'list', max: 1_000, reserved: true },
    builtIn: { type: 'boolean', default: false, internal: true },
    /** JSON: a change that waits for a second person. */
    waiting: { type: 'secret', internal: true },
  },
  // A limited role grants nothing (accounts/rights.ts), which nobody who limits one expects.
  check: ({ groups }) =>
    Array.isArray(groups) && groups.length > 0 ? { groups: { key: 'validation.roleGroups' } } : {},
  leaves: null,
});
