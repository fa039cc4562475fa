import { defineEvents } from '../../engine/events/types.ts';

export const backupEvents = defineEvents({
  'backup-forgotten': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { backup: 'text', file: 'text', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
