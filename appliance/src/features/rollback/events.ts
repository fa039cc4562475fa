import { defineEvents } from '../../engine/events/types.ts';

export const rollbackEvents = defineEvents({
  'state-return-acknowledged': {
    severity: 'warning',
    bound: 'site',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-return-refused': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-return-asked': {
    severity: 'info',
    bound: 'site',
    area: 'settings',
    params: { cause: 'text', found: 'integer', reason: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'state-went-back': {
    severity: 'failure',
    bound: 'site',
    area: 'settings',
    params: { cause: 'text', was: 'integer', found: 'integer', file: 'text' },
    audit: true,
    retentionDays: 3650,
  },
});
