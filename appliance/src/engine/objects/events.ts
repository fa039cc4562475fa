import { defineEvents } from '../events/types.ts';

export const objectEvents = defineEvents({
  'object-changed': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-created': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-erased': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-purged': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-removed': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-restored': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
  'object-reverted': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { kind: 'text', object: 'text', revision: 'integer' },
    retentionDays: 365,
  },
});
