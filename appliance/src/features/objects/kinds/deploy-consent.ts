import { defineKind } from '../types.ts';

/** One person's word that packages may go to a group through agents that cannot verify them; it takes two people's. */
export const kind = defineKind({
  name: 'deploy-consent',
  row: 'S6',
  area: 'deployments',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, max: 100 },
    group: { type: 'reference', kind: 'group', required: true, indexed: true },
    reason: { type: 'multiline', max: 2_000 },
  },
  leaves: null,
});
