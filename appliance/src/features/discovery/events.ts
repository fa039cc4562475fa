import { defineEvents } from '../../engine/events/types.ts';

export const discoveryEvents = defineEvents(
  { area: 'devices', bound: 'site', retentionDays: 3650 },
  {
    'connection-denied': {
      severity: 'failure',
      params: { purpose: 'text', host: 'text', port: 'integer' },
      audit: true,
    },
    'connection-forbidden': {
      severity: 'failure',
      params: { purpose: 'text', host: 'text', port: 'integer', address: 'text', because: 'text' },
      audit: true,
    },
    'directory-failed': {
      severity: 'failure',
      params: { directory: 'text', code: 'text', reason: 'text' },
      retentionDays: 365,
    },
    'directory-imported': {
      severity: 'info',
      params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
      audit: true,
    },
    'directory-polled': {
      severity: 'info',
      params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
      retentionDays: 365,
    },
    'range-scan-ended': {
      severity: 'warning',
      params: { range: 'text', code: 'text', reason: 'text' },
      retentionDays: 365,
    },
    'range-scanned': {
      severity: 'info',
      params: { range: 'text', asked: 'integer', probes: 'integer', found: 'integer', created: 'integer' },
      audit: true,
    },
  },
);
