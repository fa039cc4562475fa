import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'bundle-repeated',
  severity: 'info',
  area: 'exchange',
  params: { bundleId: 'text' },
  retentionDays: 365,
});
