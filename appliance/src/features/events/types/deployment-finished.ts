import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'deployment-finished',
  severity: 'info',
  area: 'deployments',
  params: { deployment: 'text', succeeded: 'integer', failed: 'integer' },
  retentionDays: 365,
});
