import { defineEvents } from '../../engine/events/types.ts';

export const deviceTaskEvents = defineEvents({
  'device-task-asked': {
    severity: 'warning',
    bound: 'device',
    area: 'devices',
    params: { task: 'text', kind: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  // One order to many agents; what became of each is `device-task-ended`.
  'agents-move-ordered': {
    severity: 'warning',
    bound: 'site',
    area: 'devices',
    params: { server: 'text', devices: 'integer' },
    audit: true,
    retentionDays: 3650,
  },
  'device-task-cancelled': {
    severity: 'info',
    bound: 'device',
    area: 'devices',
    params: { task: 'text', kind: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  'device-task-confirmed': {
    severity: 'warning',
    bound: 'device',
    area: 'devices',
    params: { task: 'text', kind: 'text' },
    device: 'always',
    audit: true,
    retentionDays: 3650,
  },
  'device-task-ended': {
    severity: 'info',
    bound: 'device',
    area: 'devices',
    params: { task: 'text', kind: 'text', state: 'text' },
    device: 'always',
    retentionDays: 3650,
  },
});
