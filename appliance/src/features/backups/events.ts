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
  // No generation keeps it any more. As long as the one that it was made: what is removed is not elsewhere.
  'backup-removed': {
    bound: 'site',
    severity: 'info',
    area: 'settings',
    params: { backup: 'text', file: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'backup-checked': {
    bound: 'site',
    severity: 'info',
    area: 'settings',
    params: { backup: 'text', file: 'text', missing: 'integer' },
    retentionDays: 3650,
  },
  'backup-damaged': {
    bound: 'site',
    severity: 'critical',
    area: 'settings',
    params: { backup: 'text', file: 'text', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
