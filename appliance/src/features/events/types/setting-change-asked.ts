import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'setting-change-asked',
  severity: 'info',
  area: 'accounts',
  params: { kind: 'text', object: 'text' },
  audit: true,
  retentionDays: 3650,
});
