import { defineEvent } from '../types.ts';

/** C7: a device reports an error of disk encryption that it did not report before. */
export const eventType = defineEvent({
  type: 'encryption-error',
  severity: 'failure',
  area: 'devices',
  params: { volume: 'text', error: 'text' },
  retentionDays: 365,
});
