import { defineEvents } from '../../engine/events/types.ts';

export const releaseEvents = defineEvents({
  'release-staged': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { version: 'text', sizeBytes: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
});
