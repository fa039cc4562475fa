import { type Body, defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** A rule that tells no one would look as if it told. */
const ruleFaults = ({ accounts, roles }: Body): FieldErrors =>
  isEmpty(accounts) && isEmpty(roles) ? { roles: { key: 'validation.notifyWhom' } } : {};

const muteFaults = ({ device, group, rule }: Body): FieldErrors =>
  [device, group, rule].filter((one) => !isEmpty(one)).length === 1 ? {} : { rule: { key: 'validation.muteOne' } };

export const notificationKinds = defineKinds({
  /** Who is told of which events. */
  'notification-rule': {
    bound: 'site',
    row: 'E3',
    area: 'events',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      /** The filter of the events' page as its address has it: `severity=critical&type=bundle-refused`. */
      query: { type: 'text', max: 2_000 },
      /** Ids of accounts. */
      accounts: { type: 'list', max: 200 },
      /** Ids of roles: all who have one of them. */
      roles: { type: 'list', max: 20 },
      /** The first message goes at once; the next of the rule comes this much later, where there is more. */
      windowMinutes: { type: 'integer', min: 1, max: 1_440, default: 60 },
      disabled: { type: 'boolean', default: false },
      description: { type: 'multiline', max: 2_000 },
    },
    check: ruleFaults,
    leaves: null,
  },
  /** A device, a group or a rule of which no message is made until a time. */
  'notification-mute': {
    bound: 'site',
    row: 'E3',
    area: 'events',
    title: 'name',
    strict: 'remove',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      device: { returns: 'anew', type: 'text', idOf: 'device', max: 64 },
      group: { returns: 'anew', type: 'reference', kind: 'group' },
      rule: { returns: 'anew', type: 'reference', kind: 'notification-rule' },
      until: { returns: 'anew', type: 'time', required: true },
      reason: { returns: 'freely', type: 'multiline', required: true, max: 2_000 },
    },
    check: muteFaults,
    leaves: null,
  },
});
