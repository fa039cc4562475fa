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
    'ring-opened': {
      severity: 'info',
      params: { deployment: 'text', ring: 'integer' },
      retentionDays: 365,
    },
    'ring-passed': {
      severity: 'info',
      params: { deployment: 'text', ring: 'integer' },
      retentionDays: 365,
    },
    'ring-passed-by-person': {
      severity: 'warning',
      params: { deployment: 'text', ring: 'integer', comment: 'text' },
      audit: true,
      retentionDays: 3650,
    },
    'rollout-held': {
      severity: 'critical',
      params: { deployment: 'text', ring: 'integer', reason: 'text' },
      retentionDays: 3650,
    },
    'rollout-held-by-person': {
      severity: 'warning',
      params: { deployment: 'text', ring: 'integer', comment: 'text' },
      audit: true,
      retentionDays: 3650,
    },
    'rollout-resumed': {
      severity: 'warning',
      params: { deployment: 'text', ring: 'integer', comment: 'text' },
      audit: true,
      retentionDays: 3650,
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
