import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'evidence-created',
  severity: 'info',
  area: 'devices',
  params: { pack: 'integer', from: 'time', to: 'time', sha256: 'text' },
  audit: true,
  retentionDays: 1_095,
});
