import { defineEvents } from '../../engine/events/types.ts';

export const mediaEvents = defineEvents(
  { area: 'exchange', bound: 'site', retentionDays: 3650, audit: true },
  {
    'antivirus-failed': { severity: 'warning', params: { engine: 'text', reason: 'text' } },
    'antivirus-found': { severity: 'critical', params: { name: 'text', object: 'text', label: 'text' } },
  },
);
