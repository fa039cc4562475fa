import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-firmware-handed',
  severity: 'info',
  area: 'updates',
  params: { product: 'text', version: 'text', controller: 'text', sha256: 'text' },
  audit: true,
  retentionDays: 1825,
});
