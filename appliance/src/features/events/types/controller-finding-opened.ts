import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-finding-opened',
  severity: 'warning',
  area: 'vulnerabilities',
  params: { vulnerability: 'text', product: 'text', controller: 'text', controllers: 'integer' },
  retentionDays: 365,
});
