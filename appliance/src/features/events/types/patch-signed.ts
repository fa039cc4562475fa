import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-signed',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', to: 'text' },
  audit: true,
  retentionDays: 1_095,
});
