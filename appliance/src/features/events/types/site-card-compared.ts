import { defineEvent } from '../types.ts';

/** The other side read the fingerprint of the site card, and it was the same. */
export const eventType = defineEvent({
  type: 'site-card-compared',
  severity: 'info',
  area: 'exchange',
  params: { fingerprint: 'text' },
  audit: true,
  retentionDays: 3650,
});
