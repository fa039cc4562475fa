import { defineEvents } from '../../engine/events/types.ts';

export const announcementEvents = defineEvents(
  { area: 'exchange', bound: 'catalog', retentionDays: 365, audit: false },
  {
    'announcement-received': { severity: 'info', params: { announcement: 'text', severity: 'text', title: 'text' } },
    'announcement-unreadable': { severity: 'warning', params: { count: 'integer' } },
  },
);
