import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'personal-erased',
  severity: 'warning',
  area: 'accounts',
  params: { person: 'text' },
  audit: true,
  retentionDays: 3650,
});
