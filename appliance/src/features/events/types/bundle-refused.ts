import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'bundle-refused',
  severity: 'failure',
  area: 'exchange',
  params: { code: 'text', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
