import { defineEvents } from '../../engine/events/types.ts';

export const discoveryEvents = defineEvents(
  { area: 'devices', bound: 'site', retentionDays: 3650, audit: true },
  {
    'address-release-asked': {
      area: 'controllers',
      severity: 'warning',
      params: { request: 'integer', count: 'integer', reason: 'text' },
    },
    'address-release-refused': {
      area: 'controllers',
      severity: 'info',
      params: { request: 'integer', count: 'integer', reason: 'text' },
    },
    'address-released': {
      area: 'controllers',
      severity: 'warning',
      params: { address: 'text', label: 'text', because: 'text', request: 'integer', asked: 'text', reason: 'text' },
    },
    'connection-denied': { severity: 'failure', params: { purpose: 'text', host: 'text', port: 'integer' } },
    'connection-forbidden': {
      severity: 'failure',
      params: { purpose: 'text', host: 'text', port: 'integer', address: 'text', because: 'text' },
    },
    'directory-failed': {
      severity: 'failure',
      params: { directory: 'text', code: 'text', reason: 'text' },
      retentionDays: 365,
      audit: false,
    },
    'directory-imported': {
      severity: 'info',
      params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
    },
    'directory-polled': {
      severity: 'info',
      params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
      retentionDays: 365,
      audit: false,
    },
    'range-scan-ended': {
      severity: 'warning',
      params: { range: 'text', code: 'text', reason: 'text' },
      retentionDays: 365,
      audit: false,
    },
    'range-scanned': {
      severity: 'info',
      params: { range: 'text', asked: 'integer', probes: 'integer', found: 'integer', created: 'integer' },
    },
  },
);
