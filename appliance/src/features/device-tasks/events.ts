import { defineEvents } from '../../engine/events/types.ts';

export const deviceTaskEvents = defineEvents(
  { area: 'devices', bound: 'device', retentionDays: 3650, audit: true },
  {
    'device-task-asked': { severity: 'warning', params: { task: 'text', kind: 'text' }, device: 'always' },
    // The lists of packages of a source that is gone: its packages are no longer the device's.
    'device-list-closed': {
      severity: 'warning',
      params: { source: 'text', packages: 'integer', askedBy: 'text', reason: 'text', task: 'text' },
      device: 'always',
    },
    // One order to many agents, as it is asked for and agreed to; what became of each is `device-task-ended`.
    'agents-move-asked': {
      severity: 'warning',
      bound: 'site',
      params: { server: 'text', devices: 'integer', answers: 'text' },
    },
    'agents-move-stopped': { severity: 'warning', bound: 'site', params: { server: 'text', devices: 'integer' } },
    'agents-move-refused': { severity: 'info', bound: 'site', params: { server: 'text', devices: 'integer' } },
    'agents-move-ordered': { severity: 'warning', bound: 'site', params: { server: 'text', devices: 'integer' } },
    'device-task-cancelled': { severity: 'info', params: { task: 'text', kind: 'text' }, device: 'always' },
    'device-task-confirmed': { severity: 'warning', params: { task: 'text', kind: 'text' }, device: 'always' },
    'device-task-ended': {
      severity: 'info',
      params: { task: 'text', kind: 'text', state: 'text' },
      device: 'always',
      audit: false,
    },
  },
);
