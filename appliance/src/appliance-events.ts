import { defineEvents } from './engine/events/types.ts';

export const applianceEvents = defineEvents(
  { area: 'settings', bound: 'site' },
  {
    'backup-created': {
      severity: 'info',

      // `begun`: from when on nothing of the database got in. `here`: it lies in the backups folder of the data directory.
      params: {
        file: 'text',
        folder: 'text',
        bytes: 'integer',
        begun: 'integer',
        here: 'integer',
        objects: 'integer',
        bySchedule: 'integer',
      },
      audit: true,
      // As long as erasures of persons are: a backup that is not known any more would pass for destroyed.
      retentionDays: 3650,
    },
    'backup-restored': { severity: 'warning', params: { file: 'text' }, audit: true, retentionDays: 3650 },
    'disk-low': { severity: 'warning', params: { freeBytes: 'integer' }, retentionDays: 90 },
    'disk-full': { severity: 'critical', params: { freeBytes: 'integer' }, retentionDays: 365 },
    'doctor-finding': { severity: 'failure', params: { check: 'text', detail: 'text' }, retentionDays: 180 },
    'job-failed': { severity: 'failure', params: { job: 'text', code: 'text', reason: 'text' }, retentionDays: 180 },
    'server-started': { severity: 'info', params: { version: 'text' }, audit: true, retentionDays: 180 },
    'server-stopped': { severity: 'info', params: {}, retentionDays: 180 },
    'store-mismatch': { severity: 'critical', params: { sha256: 'text', problem: 'text' }, retentionDays: 365 },
  },
);
