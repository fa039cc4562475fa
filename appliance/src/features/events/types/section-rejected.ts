import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'section-rejected',
  severity: 'warning',
  area: 'devices',
  params: { collection: 'text', code: 'text' },
  retentionDays: 90,
});
