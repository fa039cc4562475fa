import { defineEvents } from '../../engine/events/types.ts';

export const updateEvents = defineEvents({
  'update-approval-cleared': {
    severity: 'info',
    bound: 'catalog',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'update-approved': {
    severity: 'info',
    bound: 'catalog',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'update-declined': {
    severity: 'info',
    bound: 'catalog',
    area: 'updates',
    params: { update: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
