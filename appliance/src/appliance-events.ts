import { defineEvents } from './engine/events/types.ts';

export const applianceEvents = defineEvents({
  'backup-created': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
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
  'backup-restored': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { file: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'disk-low': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { freeBytes: 'integer' },
    retentionDays: 90,
  },
  'disk-full': {
    severity: 'critical',
    bound: 'site',
    area: 'settings',
    params: { freeBytes: 'integer' },
    retentionDays: 365,
  },
  'doctor-finding': {
    severity: 'failure',
    bound: 'site',
    area: 'settings',
    params: { check: 'text', detail: 'text' },
    retentionDays: 180,
  },
  'job-failed': {
    severity: 'failure',
    bound: 'site',
    area: 'settings',
    params: { job: 'text', code: 'text', reason: 'text' },
    retentionDays: 180,
  },
  'server-started': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { version: 'text' },
    audit: true,
    retentionDays: 180,
  },
  'server-stopped': { severity: 'info', bound: 'site', area: 'settings', params: {}, retentionDays: 180 },
  'store-mismatch': {
    severity: 'critical',
    bound: 'site',
    area: 'settings',
    params: { sha256: 'text', problem: 'text' },
    retentionDays: 365,
  },
});
