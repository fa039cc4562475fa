import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'bundle-imported',
  severity: 'info',
  area: 'exchange',
  params: { bundleId: 'text', seq: 'integer', advisories: 'integer', updates: 'integer', objects: 'integer' },
  audit: true,
  retentionDays: 3650,
});
