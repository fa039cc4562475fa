import { defineKinds } from '../../engine/objects/types.ts';
import { followedFaults } from './followed-rule.ts';

export const updateKinds = defineKinds({
  /** Approval of an update; its key is the update's id. Supply and installation are derived. */
  'update-decision': {
    bound: 'catalog',
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
  /** What systems of one distribution and release follow, in place of what the distribution itself sets up. */
  'followed-suites': {
    bound: 'catalog',
    row: 'S4',
    area: 'updates',
    title: 'system',
    fields: {
      /** As advisories name it: `Debian:13`. */
      system: { type: 'text', required: true, unique: true, indexed: true, max: 100 },
      suites: { type: 'list', required: true, max: 64 },
      /** Whether what a device's own list of sources adds counts too. */
      ownSources: { type: 'boolean', default: true },
    },
    check: followedFaults,
    leaves: { file: 'request', fields: ['suites'], group: 'platforms' },
  },
});
