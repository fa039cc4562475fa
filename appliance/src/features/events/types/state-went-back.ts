import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'state-went-back',
  severity: 'failure',
  area: 'settings',
  params: { cause: 'text', was: 'integer', found: 'integer', file: 'text' },
  audit: true,
  retentionDays: 3650,
});
