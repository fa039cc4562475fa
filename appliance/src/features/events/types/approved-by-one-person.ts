import { defineEvent } from '../types.ts';

/** The only person who could approve approved what he asked for himself. */
export const eventType = defineEvent({
  type: 'approved-by-one-person',
  severity: 'warning',
  area: 'accounts',
  params: { act: 'text', thing: 'text' },
  audit: true,
  retentionDays: 1_095,
});
