import { defineEvents } from '../../engine/events/types.ts';

export const discoveryEvents = defineEvents({
  'connection-denied': {
    severity: 'failure',
    bound: 'site',
    area: 'devices',
    params: { purpose: 'text', host: 'text', port: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'connection-forbidden': {
    severity: 'failure',
    bound: 'site',
    area: 'devices',
    params: { purpose: 'text', host: 'text', port: 'integer', address: 'text', because: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'directory-failed': {
    severity: 'failure',
    bound: 'site',
    area: 'devices',
    params: { directory: 'text', code: 'text', reason: 'text' },
    retentionDays: 365,
  },
  'directory-imported': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'directory-polled': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
    retentionDays: 365,
  },
  'range-scan-ended': {
    severity: 'warning',
    bound: 'site',
    area: 'devices',
    params: { range: 'text', code: 'text', reason: 'text' },
    retentionDays: 365,
  },
  'range-scanned': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { range: 'text', asked: 'integer', probes: 'integer', found: 'integer', created: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
});
