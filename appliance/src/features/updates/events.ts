import { defineEvents } from '../../engine/events/types.ts';

export const updateEvents = defineEvents(
  { area: 'updates', bound: 'catalog', retentionDays: 3650, severity: 'info', audit: true },
  {
    'update-approval-cleared': { params: { update: 'text' } },
    'update-approved': { params: { update: 'text' } },
    'update-declined': { params: { update: 'text' } },
  },
);
