import { defineEvents } from '../../engine/events/types.ts';

export const provisionEvents = defineEvents(
  { area: 'provision', bound: 'site', retentionDays: 365 },
  {
    'data-exported': { severity: 'info', params: { what: 'text', rows: 'integer' }, audit: true },
  },
);
