import { defineEvent } from '../types.ts';

/** The vendor refuses what the site had gone on with. */
export const eventType = defineEvent({
  type: 'patch-vendor-refused',
  severity: 'warning',
  area: 'devices',
  params: { patch: 'integer', name: 'text', state: 'text' },
  audit: true,
  retentionDays: 1_095,
});
