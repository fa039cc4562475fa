import { defineEvents } from '../events/types.ts';

export const objectEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 365 },
  {
    'object-changed': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-created': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-erased': { severity: 'warning', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-purged': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-removed': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-restored': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
    'object-reverted': { severity: 'info', params: { kind: 'text', object: 'text', revision: 'integer' } },
  },
);
