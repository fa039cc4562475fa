import { defineEvents } from '../../engine/events/types.ts';

export const deploymentEvents = defineEvents(
  { area: 'deployments', bound: 'site' },
  {
    'deployment-cancelled': { severity: 'info', params: { deployment: 'text' }, audit: true, retentionDays: 3650 },
    'deployment-created': {
      severity: 'info',
      params: { deployment: 'text', updates: 'integer', devices: 'integer' },
      audit: true,
      retentionDays: 3650,
    },
    'deployment-finished': {
      severity: 'info',
      params: { deployment: 'text', succeeded: 'integer', failed: 'integer' },
      retentionDays: 365,
    },
    'task-done': {
      severity: 'info',
      bound: 'device',
      params: { deployment: 'text', update: 'text' },
      device: 'always',
      retentionDays: 180,
    },
    'task-failed': {
      severity: 'failure',
      bound: 'device',
      params: { deployment: 'text', update: 'text', code: 'text' },
      device: 'always',
      retentionDays: 365,
    },
  },
);
