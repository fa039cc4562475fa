import { defineEvents } from '../../engine/events/types.ts';

export const vulnerabilityEvents = defineEvents({
  'finding-closed': {
    severity: 'info',
    area: 'vulnerabilities',
    params: { advisory: 'text', package: 'text' },
    device: 'sometimes',
    retentionDays: 365,
  },
  'finding-opened': {
    severity: 'warning',
    area: 'vulnerabilities',
    params: { advisory: 'text', package: 'text', severity: 'text' },
    retentionDays: 365,
  },
});
