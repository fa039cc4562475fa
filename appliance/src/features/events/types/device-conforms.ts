import { defineEvent } from '../types.ts';

/** A device is again as its baseline says. */
export const eventType = defineEvent({
  type: 'device-conforms',
  severity: 'info',
  area: 'devices',
  params: { device: 'text' },
  retentionDays: 1_095,
});
