import { defineEvents } from '../../engine/events/types.ts';

export const announcementEvents = defineEvents({
  'announcement-received': {
    severity: 'info',
    bound: 'catalog',
    area: 'exchange',
    params: { announcement: 'text', severity: 'text', title: 'text' },
    audit: false,
    retentionDays: 365,
  },
  'announcement-unreadable': {
    severity: 'warning',
    bound: 'catalog',
    area: 'exchange',
    params: { count: 'integer' },
    audit: false,
    retentionDays: 365,
  },
});
