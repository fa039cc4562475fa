import { defineEvents } from '../../engine/events/types.ts';

export const backupEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, audit: true },
  {
    'backup-forgotten': { severity: 'warning', params: { backup: 'text', file: 'text', reason: 'text' } },
    // No generation keeps it any more. As long as the one that it was made: what is removed is not elsewhere.
    'backup-removed': { severity: 'info', params: { backup: 'text', file: 'text' } },
    'backup-checked': { severity: 'info', params: { backup: 'text', file: 'text', missing: 'integer' }, audit: false },
    'backup-damaged': { severity: 'critical', params: { backup: 'text', file: 'text', reason: 'text' } },
  },
);
