import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'finding-closed',
  severity: 'info',
  area: 'vulnerabilities',
  params: { advisory: 'text', package: 'text' },
  retentionDays: 365,
});
