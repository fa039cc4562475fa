import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'inventory-reverted',
  severity: 'warning',
  area: 'exchange',
  params: { from: 'text', to: 'text', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
