import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-approvals-undone',
  severity: 'info',
  area: 'devices',
  params: { name: 'text', n: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
