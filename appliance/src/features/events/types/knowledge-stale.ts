import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'knowledge-stale',
  severity: 'warning',
  area: 'exchange',
  params: { feed: 'text', ageDays: 'integer', limitDays: 'integer' },
  retentionDays: 90,
});
