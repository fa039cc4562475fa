import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'deployment-cancelled',
  severity: 'info',
  area: 'deployments',
  params: { deployment: 'text' },
  audit: true,
  retentionDays: 3650,
});
