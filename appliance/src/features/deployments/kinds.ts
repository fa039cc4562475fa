import { defineKinds } from '../../engine/objects/types.ts';
import { CONSENTED_FIELDS } from './types.ts';

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
