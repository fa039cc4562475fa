import { defineEvents } from '../../engine/events/types.ts';

export const rollbackEvents = defineEvents({
  'state-return-acknowledged': {
    severity: 'warning',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-return-refused': {
    severity: 'info',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-return-asked': {
    severity: 'info',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-went-back': {
    severity: 'failure',
    area: 'settings',
    params: { cause: 'text', was: 'integer', found: 'integer', file: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
