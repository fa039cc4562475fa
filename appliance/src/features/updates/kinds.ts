import { defineKinds } from '../../engine/objects/types.ts';

export const updateKinds = defineKinds({
  /** Approval of an update; its key is the update's id. Supply and installation are derived. */
  'update-decision': {
    row: 'S4',
    area: 'updates',
    key: 'given',
    title: 'name',
    fields: {
      name: { type: 'text', max: 300 },
      approval: { type: 'choice', options: ['undefined', 'approved', 'declined'], required: true, indexed: true },
      comment: { type: 'multiline', max: 2_000 },
      /** SHA-256 of the licence text that was accepted. */
      acceptedLicence: { type: 'text', max: 64 },
    },
    leaves: { file: 'request', fields: ['approval'], group: 'updates' },
  },
});
