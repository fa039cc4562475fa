import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'deployment-created',
  severity: 'info',
  area: 'deployments',
  params: { deployment: 'text', updates: 'integer', devices: 'integer' },
  audit: true,
  retentionDays: 3650,
});
