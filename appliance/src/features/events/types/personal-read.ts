import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'personal-read',
  severity: 'info',
  area: 'accounts',
  params: { collection: 'text' },
  audit: true,
  retentionDays: 365,
});
