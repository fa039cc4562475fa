import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'object-purged',
  severity: 'info',
  area: 'settings',
  params: { kind: 'text', object: 'text', revision: 'integer' },
  retentionDays: 365,
});
