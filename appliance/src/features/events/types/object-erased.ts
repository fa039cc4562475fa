import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'object-erased',
  severity: 'warning',
  area: 'settings',
  params: { kind: 'text', object: 'text', revision: 'integer' },
  retentionDays: 365,
});
