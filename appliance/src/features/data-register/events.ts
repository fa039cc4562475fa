import { defineEvents } from '../../engine/events/types.ts';

export const provisionEvents = defineEvents({
  'data-exported': {
    severity: 'info',
    bound: 'site',
    area: 'provision',
    params: { what: 'text', rows: 'integer' },
    audit: true,
    retentionDays: 365,
  },
});
