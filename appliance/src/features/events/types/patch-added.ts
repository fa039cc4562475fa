import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-added',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', product: 'text' },
  audit: true,
  retentionDays: 1_095,
});
