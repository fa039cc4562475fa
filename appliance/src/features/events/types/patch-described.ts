import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-described',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', version: 'text' },
  audit: true,
  retentionDays: 1_095,
});
