import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-extended',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text' },
  audit: true,
  retentionDays: 1_095,
});
