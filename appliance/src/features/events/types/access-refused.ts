import { defineEvent } from '../types.ts';

/** A request of somebody known, or a form, that was refused; the address without its parts. */
export const eventType = defineEvent({
  type: 'access-refused',
  severity: 'warning',
  area: 'accounts',
  params: { code: 'text', path: 'text', count: 'integer' },
  audit: true,
  retentionDays: 365,
});
