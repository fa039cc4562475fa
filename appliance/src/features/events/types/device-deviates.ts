import { defineEvent } from '../types.ts';

/** A device that was as its baseline says differs from it now. */
export const eventType = defineEvent({
  type: 'device-deviates',
  severity: 'warning',
  area: 'devices',
  params: { device: 'text', n: 'integer' },
  retentionDays: 1_095,
});
