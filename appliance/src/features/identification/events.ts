import { defineEvents } from '../../engine/events/types.ts';

export const identificationEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 1_095, audit: true },
  {
    'controller-anomaly': {
      severity: 'critical',
      params: { job: 'text', controller: 'text', zone: 'text', code: 'text', reason: 'text' },
    },
    'identification-approved': {
      severity: 'info',
      params: { job: 'text', digest: 'text', persons: 'text', targets: 'integer', packets: 'integer' },
    },
    'identification-ended': {
      severity: 'info',
      params: { job: 'text', targets: 'integer', packets: 'integer', read: 'integer' },
    },
    'identification-started': { severity: 'info', params: { job: 'text', targets: 'integer', where: 'text' } },
    'identification-stopped': { severity: 'warning', params: { job: 'text', code: 'text', reason: 'text' } },
    'identification-switched-off': { severity: 'warning', params: { stopped: 'integer' } },
    'identification-zone-released': { severity: 'warning', params: { zone: 'text', reason: 'text' } },
  },
);
