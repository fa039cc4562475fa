import { defineEvents } from '../events/types.ts';

export const controllerEvents = defineEvents({
  'plc-apart': {
    severity: 'info',
    area: 'devices',
    params: { plc: 'text', other: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-archived': { severity: 'info', area: 'devices', params: { plc: 'text', days: 'integer' }, retentionDays: 3650 },
  'plc-decided': {
    severity: 'info',
    area: 'devices',
    params: { plc: 'text', decision: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-drift-ended': { severity: 'info', area: 'devices', params: { plc: 'text' }, retentionDays: 3650 },
  'plc-drift': {
    severity: 'warning',
    area: 'devices',
    params: { plc: 'text', field: 'text', configured: 'text', observed: 'text' },
    retentionDays: 3650,
  },
  'plc-found': { severity: 'warning', area: 'devices', params: { plc: 'text', address: 'text' }, retentionDays: 3650 },
  'plc-merged': {
    severity: 'info',
    area: 'devices',
    params: { plc: 'text', other: 'text', merge: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-origin-taken': {
    severity: 'info',
    area: 'devices',
    params: { origin: 'integer', name: 'text', sort: 'text', created: 'integer', changed: 'integer', facts: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-origin-undone': {
    severity: 'warning',
    area: 'devices',
    params: { origin: 'integer', name: 'text', facts: 'integer', removed: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-replaced': {
    severity: 'warning',
    area: 'devices',
    params: { plc: 'text', other: 'text', address: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'plc-returned': { severity: 'info', area: 'devices', params: { plc: 'text' }, retentionDays: 3650 },
  'plc-unmerged': {
    severity: 'info',
    area: 'devices',
    params: { plc: 'text', other: 'text', merge: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
});
