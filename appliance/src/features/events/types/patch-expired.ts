import { defineEvent } from '../types.ts';

/** A state with an end is over; the patch is where it was before. */
export const eventType = defineEvent({
  type: 'patch-expired',
  severity: 'warning',
  area: 'devices',
  params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
  audit: true,
  retentionDays: 1_095,
});
