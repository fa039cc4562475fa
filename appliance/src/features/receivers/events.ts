import { defineEvents } from '../../engine/events/types.ts';

export const receiverEvents = defineEvents(
  { area: 'events', bound: 'site', retentionDays: 730 },
  {
    /** A person sent a line to see whether it arrives. */
    'receiver-test': { severity: 'info', params: { name: 'text' } },
    /** A receiver has had no event for an hour, though there are some. */
    'receiver-behind': { severity: 'warning', params: { name: 'text', events: 'integer', reason: 'text' } },
    'receiver-back': { severity: 'info', params: { name: 'text' } },
    /** What a reader of files lacked was written again. */
    'event-files-again': { severity: 'info', params: { name: 'text', gaps: 'text', lines: 'integer' } },
    /** Events were removed by retention before a receiver had them. */
    'receiver-missed': { severity: 'failure', params: { name: 'text', events: 'integer' } },
  },
);
