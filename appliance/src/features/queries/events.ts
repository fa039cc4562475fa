import { defineEvents } from '../../engine/events/types.ts';

export const queryEvents = defineEvents(
  { area: 'queries', bound: 'device', retentionDays: 3650, audit: true },
  {
    'carve-refused': {
      severity: 'warning',
      params: { reason: 'text' },
      device: 'sometimes',
      retentionDays: 180,
      audit: false,
    },
    'query-read': { severity: 'info', bound: 'site', params: { query: 'text' }, retentionDays: 365 },
    'query-run': { severity: 'info', bound: 'site', params: { query: 'text', sql: 'text', devices: 'integer' } },
    'query-stopped': { severity: 'info', bound: 'site', params: { query: 'text' } },
    'sample-asked': { severity: 'warning', params: { sample: 'text' }, device: 'always' },
    'sample-decided': { severity: 'warning', params: { sample: 'text', decision: 'text' }, device: 'always' },
    'sample-read': { severity: 'warning', params: { sample: 'text' }, device: 'always' },
    'sample-received': {
      severity: 'warning',
      params: { sample: 'text', sha256: 'text', bytes: 'integer' },
      device: 'always',
    },
  },
);
