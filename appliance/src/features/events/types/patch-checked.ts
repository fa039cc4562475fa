import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-checked',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', plc: 'text', item: 'text', answer: 'text' },
  audit: true,
  retentionDays: 1_095,
});
