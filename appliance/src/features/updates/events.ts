import { defineEvents } from '../../engine/events/types.ts';

export const updateEvents = defineEvents({
  'update-approval-cleared': {
    severity: 'info',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'update-approved': {
    severity: 'info',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'update-declined': {
    severity: 'info',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
