import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-firmware-verified',
  severity: 'info',
  area: 'updates',
  params: { product: 'text', version: 'text', controller: 'text' },
  audit: true,
  retentionDays: 1825,
});
