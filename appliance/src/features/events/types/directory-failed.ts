import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'directory-failed',
  severity: 'failure',
  area: 'devices',
  params: { directory: 'text', code: 'text', reason: 'text' },
  retentionDays: 365,
});
