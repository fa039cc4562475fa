import { defineEvents } from '../../engine/events/types.ts';

export const controllerEvents = defineEvents({
  'controller-apart': {
    severity: 'info',
    area: 'devices',
    params: { controller: 'text', other: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-archived': {
    severity: 'info',
    area: 'devices',
    params: { controller: 'text', days: 'integer' },
    retentionDays: 3650,
  },
  'controller-decided': {
    severity: 'info',
    area: 'devices',
    params: { controller: 'text', decision: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-drift-ended': { severity: 'info', area: 'devices', params: { controller: 'text' }, retentionDays: 3650 },
  'controller-drift': {
    severity: 'warning',
    area: 'devices',
    params: { controller: 'text', field: 'text', configured: 'text', observed: 'text' },
    retentionDays: 3650,
  },
  'controller-found': {
    severity: 'warning',
    area: 'devices',
    params: { controller: 'text', address: 'text' },
    retentionDays: 3650,
  },
  'controller-merged': {
    severity: 'info',
    area: 'devices',
    params: { controller: 'text', other: 'text', merge: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-origin-taken': {
    severity: 'info',
    area: 'devices',
    params: { origin: 'integer', name: 'text', sort: 'text', created: 'integer', changed: 'integer', facts: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-origin-undone': {
    severity: 'warning',
    area: 'devices',
    params: { origin: 'integer', name: 'text', facts: 'integer', removed: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-replaced': {
    severity: 'warning',
    area: 'devices',
    params: { controller: 'text', other: 'text', address: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'controller-returned': { severity: 'info', area: 'devices', params: { controller: 'text' }, retentionDays: 3650 },
  'controller-unmerged': {
    severity: 'info',
    area: 'devices',
    params: { controller: 'text', other: 'text', merge: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
});
