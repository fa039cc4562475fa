import { defineEvents } from '../../engine/events/types.ts';

export const queryEvents = defineEvents(
  { area: 'queries', bound: 'device', retentionDays: 3650 },
  {
    'carve-refused': { severity: 'warning', params: { reason: 'text' }, device: 'sometimes', retentionDays: 180 },
    'query-read': { severity: 'info', bound: 'site', params: { query: 'text' }, audit: true, retentionDays: 365 },
    'query-run': {
      severity: 'info',
      bound: 'site',
      params: { query: 'text', sql: 'text', devices: 'integer' },
      audit: true,
    },
    'query-stopped': { severity: 'info', bound: 'site', params: { query: 'text' }, audit: true },
    'sample-asked': { severity: 'warning', params: { sample: 'text' }, device: 'always', audit: true },
    'sample-decided': {
      severity: 'warning',
      params: { sample: 'text', decision: 'text' },
      device: 'always',
      audit: true,
    },
    'sample-read': { severity: 'warning', params: { sample: 'text' }, device: 'always', audit: true },
    'sample-received': {
      severity: 'warning',
      params: { sample: 'text', sha256: 'text', bytes: 'integer' },
      device: 'always',
      audit: true,
    },
  },
);
