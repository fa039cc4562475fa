import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'bundle-partial',
  severity: 'warning',
  area: 'exchange',
  params: { bundleId: 'text', missing: 'integer' },
  audit: true,
  retentionDays: 3650,
});
