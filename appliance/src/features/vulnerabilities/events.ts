import { defineEvents } from '../../engine/events/types.ts';

export const vulnerabilityEvents = defineEvents({
  'finding-closed': {
    severity: 'info',
    bound: 'device',
    area: 'vulnerabilities',
    params: { advisory: 'text', package: 'text' },
    device: 'sometimes',
    retentionDays: 365,
  },
  'finding-opened': {
    severity: 'warning',
    bound: 'site',
    area: 'vulnerabilities',
    params: { advisory: 'text', package: 'text', severity: 'text' },
    retentionDays: 365,
  },
});
