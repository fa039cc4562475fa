import { defineEvents } from '../../engine/events/types.ts';

export const personEvents = defineEvents(
  { area: 'accounts', audit: true },
  {
    'personal-erased': { severity: 'warning', bound: 'site', params: { person: 'text' }, retentionDays: 3650 },
    'personal-read': {
      severity: 'info',
      bound: 'device',
      params: { collection: 'text' },
      device: 'sometimes',
      retentionDays: 365,
    },
  },
);
