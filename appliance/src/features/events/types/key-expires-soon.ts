import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'key-expires-soon',
  severity: 'warning',
  area: 'exchange',
  params: { role: 'text', version: 'integer', limitDays: 'integer', daysLeft: 'integer', expires: 'time' },
  // Longer than any of the files lives: it is also how the site knows that it has spoken.
  retentionDays: 1_200,
});
