import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'certificate-in-use',
  severity: 'info',
  area: 'devices',
  params: { fingerprint: 'text' },
  retentionDays: 365,
});
