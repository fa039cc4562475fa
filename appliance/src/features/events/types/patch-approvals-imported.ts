import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-approvals-imported',
  severity: 'info',
  area: 'devices',
  params: { name: 'text', n: 'integer', sha256: 'text' },
  audit: true,
  retentionDays: 1_095,
});
