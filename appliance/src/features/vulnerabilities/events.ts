import { defineEvents } from '../../engine/events/types.ts';

export const vulnerabilityEvents = defineEvents(
  { area: 'vulnerabilities', retentionDays: 365 },
  {
    'finding-closed': {
      severity: 'info',
      bound: 'device',
      params: { advisory: 'text', package: 'text' },
      device: 'sometimes',
    },
    'finding-opened': {
      severity: 'warning',
      bound: 'site',
      params: { advisory: 'text', package: 'text', severity: 'text' },
    },
  },
);
