import { defineEvents } from '../../engine/events/types.ts';

export const queryEvents = defineEvents({
  'carve-refused': {
    severity: 'warning',
    area: 'queries',
    params: { reason: 'text' },
    device: 'sometimes',
    retentionDays: 180,
  },
  'query-read': { severity: 'info', area: 'queries', params: { query: 'text' }, audit: true, retentionDays: 365 },
  'query-run': {
    severity: 'info',
    area: 'queries',
    params: { query: 'text', sql: 'text', devices: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'query-stopped': { severity: 'info', area: 'queries', params: { query: 'text' }, audit: true, retentionDays: 3650 },
  'sample-asked': {
    severity: 'warning',
    area: 'queries',
    params: { sample: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  'sample-decided': {
    severity: 'warning',
    area: 'queries',
    params: { sample: 'text', decision: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  'sample-read': {
    severity: 'warning',
    area: 'queries',
    params: { sample: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  'sample-received': {
    severity: 'warning',
    area: 'queries',
    params: { sample: 'text', sha256: 'text', bytes: 'integer' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
});
