import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'site-card-exported',
  severity: 'info',
  area: 'exchange',
  params: { fingerprint: 'text' },
  audit: true,
  retentionDays: 3650,
});
