import { type Body, defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { EXCUSED_FIELDS } from './types.ts';

/** Where as many have to be healthy as there are members, none could ever be worked on. */
const redundancyFaults = ({ devices, minAvailable }: Body): FieldErrors => {
  const members = Array.isArray(devices) ? new Set(devices).size : 0;
  if (members < 2) return { devices: { key: 'validation.twoMembers' } };
  if (Number(minAvailable ?? 1) >= members)
    return { minAvailable: { key: 'validation.moreMembers', params: { n: members } } };
  return {};
};

export const redundancyKinds = defineKinds({
  /** Computers that stand in for each other: of them one at a time is worked on. */
  'redundancy-group': {
    bound: 'site',
    row: 'S6',
    area: 'deployments',
    title: 'name',
    /** Who was worked on is watched longest; two persons excuse the members to shorten it again. */
    strict: { soakHours: 720 },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      devices: { returns: 'anew', type: 'list', idOf: 'device', required: true, max: 100 },
      /** Members that go first, in this order: the standby. */
      order: { returns: 'anew', type: 'list', idOf: 'device', max: 100 },
      /** So many others have to be healthy. */
      minAvailable: { returns: 'anew', type: 'integer', min: 1, max: 99, default: 1 },
      /** How long a member has to be healthy after its last step before the next one is touched. */
      soakHours: { returns: 'anew', type: 'integer', min: 0, max: 720, default: 24 },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
    },
    check: redundancyFaults,
    leaves: null,
  },
  /** A member that is dead or out of service: neither waited for nor counted until a time. In force once another person agreed. */
  'redundancy-excuse': {
    bound: 'site',
    row: 'S6',
    area: 'deployments',
    title: 'name',
    strict: 'remove',
    approval: { fields: ['agreedBy'], of: [...EXCUSED_FIELDS] },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      group: { returns: 'anew', type: 'reference', kind: 'redundancy-group', required: true },
      device: { returns: 'anew', type: 'text', idOf: 'device', required: true, max: 64, indexed: true },
      until: { returns: 'anew', type: 'time', required: true },
      reason: { returns: 'anew', type: 'multiline', required: true, max: 2_000 },
      agreedBy: { returns: 'never', type: 'text', max: 200, internal: true },
    },
    leaves: null,
  },
});
