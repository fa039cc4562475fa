import { defineEvents } from '../../engine/events/types.ts';

export const personEvents = defineEvents({
  'personal-erased': {
    severity: 'warning',
    bound: 'site',
    area: 'accounts',
    params: { person: 'text' },
    audit: true,
    retentionDays: 3650,
  },
  'personal-read': {
    severity: 'info',
    bound: 'device',
    area: 'accounts',
    params: { collection: 'text' },
    device: 'sometimes',
    audit: true,
    retentionDays: 365,
  },
});
