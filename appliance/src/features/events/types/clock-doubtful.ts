import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'clock-doubtful',
  severity: 'warning',
  area: 'exchange',
  params: { code: 'text', clock: 'time', floor: 'time' },
  retentionDays: 3650,
});
