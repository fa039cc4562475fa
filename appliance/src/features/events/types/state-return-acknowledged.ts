import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'state-return-acknowledged',
  severity: 'warning',
  area: 'settings',
  params: { cause: 'text', found: 'integer', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
