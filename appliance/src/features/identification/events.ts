import { defineEvents } from '../../engine/events/types.ts';

export const identificationEvents = defineEvents({
  'controller-anomaly': {
    severity: 'critical',
    area: 'devices',
    params: { job: 'text', controller: 'text', zone: 'text', code: 'text', reason: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-approved': {
    severity: 'info',
    area: 'devices',
    params: { job: 'text', digest: 'text', persons: 'text', targets: 'integer', packets: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-ended': {
    severity: 'info',
    area: 'devices',
    params: { job: 'text', targets: 'integer', packets: 'integer', read: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-started': {
    severity: 'info',
    area: 'devices',
    params: { job: 'text', targets: 'integer', where: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-stopped': {
    severity: 'warning',
    area: 'devices',
    params: { job: 'text', code: 'text', reason: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-switched-off': {
    severity: 'warning',
    area: 'devices',
    params: { stopped: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  'identification-zone-released': {
    severity: 'warning',
    area: 'devices',
    params: { zone: 'text', reason: 'text' },
    audit: true,
    retentionDays: 1_095,
  },
});
