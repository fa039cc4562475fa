import { defineEvents } from '../events/types.ts';

export const objectEvents = defineEvents({
  'object-changed': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-created': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-erased': {
    severity: 'warning',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-purged': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-removed': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-restored': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-reverted': {
    severity: 'info',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
});
