import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-firmware-differs',
  severity: 'warning',
  area: 'updates',
  params: { product: 'text', version: 'text', controller: 'text', found: 'text' },
  audit: true,
  retentionDays: 1825,
});
