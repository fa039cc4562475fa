import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'finding-opened',
  severity: 'warning',
  area: 'vulnerabilities',
  params: { advisory: 'text', package: 'text', severity: 'text' },
  retentionDays: 365,
});
