import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'bundle-given-up',
  severity: 'info',
  area: 'exchange',
  params: { bundleId: 'text' },
  audit: true,
  retentionDays: 3650,
});
