import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'update-unfulfilled',
  severity: 'warning',
  area: 'updates',
  params: { update: 'text', reason: 'text' },
  retentionDays: 365,
});
