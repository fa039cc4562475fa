import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-switched-off',
  severity: 'warning',
  area: 'devices',
  params: { stopped: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
