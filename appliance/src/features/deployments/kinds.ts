import { type Body, defineKinds } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { defaultLimits } from './ring.ts';
import { CONSENTED_FIELDS, ringPattern } from './types.ts';

const percent = { returns: 'anew', type: 'integer', min: 0, max: 100 } as const;
/** Of a ring plan, and of a deployment as they were when it was created. */
const limits = {
  daysBetween: { returns: 'anew', type: 'integer', min: 0, max: 365, default: defaultLimits.daysBetween },
  soakHours: { returns: 'anew', type: 'integer', min: 0, max: 2_160, default: defaultLimits.soakHours },
  minReachedPercent: { ...percent, default: defaultLimits.minReachedPercent },
  minVerifiedPercent: { ...percent, default: defaultLimits.minVerifiedPercent },
  /** Absent: the percentage alone counts. */
  maxFailures: { returns: 'anew', type: 'integer', min: 0, max: 1_000_000 },
  maxFailuresPercent: { ...percent, default: defaultLimits.maxFailuresPercent },
  maxLost: { returns: 'anew', type: 'integer', min: 0, max: 1_000_000, default: defaultLimits.maxLost },
  patienceDays: { returns: 'anew', type: 'integer', min: 1, max: 365, default: defaultLimits.patienceDays },
  /** Absent: no order is late. */
  deadlineDays: { returns: 'anew', type: 'integer', min: 0, max: 365 },
  graceDays: { returns: 'anew', type: 'integer', min: 0, max: 90, default: defaultLimits.graceDays },
} as const;

const ringPlanFaults = ({ rings }: Body): FieldErrors =>
  Array.isArray(rings) && rings.every((ring) => ringPattern.test(String(ring)))
    ? {}
    : { rings: { key: 'validation.ring' } };

export const deploymentKinds = defineKinds({
  deployment: {
    bound: { group: 'group' },
    row: 'S6',
    area: 'deployments',
    title: 'name',
    strict: 'remove',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 200 },
      updates: { returns: 'anew', type: 'list', idOf: 'update', required: true, max: 1_000 },
      /** Devices or a group. */
      devices: { returns: 'anew', type: 'list', idOf: 'device', max: 100_000 },
      group: { returns: 'anew', type: 'reference', kind: 'group' },
      timeoutMinutes: { returns: 'anew', type: 'integer', min: 1, max: 1_440, default: 30 },
      /** Groups that its writer reached: its orders act in nothing else. Absent: the whole site. */
      limit: { returns: 'anew', type: 'list', max: 1_000, internal: true },
      /** Rings and limits as they were when it was created; absent: all at once. */
      rollout: { returns: 'anew', type: 'json', internal: true },
    },
    leaves: null,
  },
  /** In which order devices get an update, and when it goes no further. A deployment takes a copy. */
  'ring-plan': {
    bound: 'site',
    row: 'S6',
    area: 'deployments',
    title: 'name',
    strict: 'remove',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      /** Each `5`, `10%`, `group:ID` or `device:ID`; the rest is the last ring. */
      rings: { returns: 'anew', type: 'list', required: true, max: 11 },
      ...limits,
    },
    check: ringPlanFaults,
    leaves: null,
  },
  /** Packages that the devices of a group do not take until a time. */
  'package-exclusion': {
    bound: { group: 'group' },
    row: 'S6',
    area: 'deployments',
    title: 'name',
    strict: { until: '1970-01-01T00:00:00Z' },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      group: { returns: 'anew', type: 'reference', kind: 'group', required: true, indexed: true },
      /** Names of packages or of their sources, as the catalogue has them. */
      packages: { returns: 'anew', type: 'list', required: true, max: 1_000 },
      until: { returns: 'anew', type: 'time', required: true },
      reason: { returns: 'anew', type: 'multiline', required: true, max: 2_000 },
    },
    leaves: null,
  },
  /**
   * One person's wish that packages may go to a group through agents that cannot verify them; it is in force while another
   * person has agreed to what it says now (consents.ts).
   */
  'deploy-consent': {
    bound: { group: 'group' },
    row: 'S6',
    area: 'deployments',
    title: 'name',
    strict: 'remove',
    approval: { fields: ['agreedBy'], of: [...CONSENTED_FIELDS] },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, max: 100 },
      group: { returns: 'anew', type: 'reference', kind: 'group', required: true, indexed: true },
      reason: { returns: 'anew', type: 'multiline', max: 2_000 },
      /** `type:id` of who agreed. */
      agreedBy: { returns: 'never', type: 'text', max: 200, internal: true },
    },
    leaves: null,
  },
});
