import { defineEvents } from '../../engine/events/types.ts';

export const mediaEvents = defineEvents({
  'antivirus-failed': {
    severity: 'warning',
    bound: 'site',
    area: 'exchange',
    params: { engine: 'text', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'antivirus-found': {
    severity: 'critical',
    bound: 'site',
    area: 'exchange',
    params: { name: 'text', object: 'text', label: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
