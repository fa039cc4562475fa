import { defineEvents } from '../../engine/events/types.ts';

export const releaseEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650 },
  {
    'release-staged': { severity: 'info', params: { version: 'text', sizeBytes: 'integer' }, audit: true },
  },
);
