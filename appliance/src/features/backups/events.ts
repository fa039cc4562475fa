import { defineEvents } from '../../engine/events/types.ts';

export const backupEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, audit: true },
  {
    'backup-forgotten': { severity: 'warning', params: { backup: 'text', file: 'text', reason: 'text' } },
    // No generation keeps it any more. As long as the one that it was made: what is removed is not elsewhere.
    'backup-removed': { severity: 'info', params: { backup: 'text', file: 'text' } },
    'backup-checked': { severity: 'info', params: { backup: 'text', file: 'text', missing: 'integer' }, audit: false },
    // How: at the machine before anybody signed in, or by two persons.
    'recovery-key-renewed': { severity: 'critical', params: { how: 'text' } },
    'recovery-key-asked': { severity: 'warning', params: { reason: 'text' } },
    'recovery-key-refused': { severity: 'info', params: { reason: 'text' } },
    'recovery-key-confirmed': { severity: 'info', params: {} },
    'backup-damaged': { severity: 'critical', params: { backup: 'text', file: 'text', reason: 'text' } },
  },
);
