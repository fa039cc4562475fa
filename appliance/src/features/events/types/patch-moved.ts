import { defineEvent } from '../types.ts';

/** Who moved a patch of controllers where; its history has why and on what it rests. */
export const eventType = defineEvent({
  type: 'patch-moved',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', from: 'text', to: 'text' },
  audit: true,
  retentionDays: 1_095,
});
