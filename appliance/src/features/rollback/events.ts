import { defineEvents } from '../../engine/events/types.ts';

export const rollbackEvents = defineEvents(
  { area: 'settings', bound: 'site', retentionDays: 3650, audit: true },
  {
    'state-return-acknowledged': { severity: 'warning', params: { cause: 'text', found: 'integer', reason: 'text' } },
    'state-return-refused': { severity: 'info', params: { cause: 'text', found: 'integer', reason: 'text' } },
    'state-return-asked': { severity: 'info', params: { cause: 'text', found: 'integer', reason: 'text' } },
    'state-went-back': {
      severity: 'failure',
      params: { cause: 'text', was: 'integer', found: 'integer', file: 'text' },
    },
  },
);
