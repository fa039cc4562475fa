import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-finding-closed',
  severity: 'info',
  area: 'vulnerabilities',
  params: { vulnerability: 'text', product: 'text', controller: 'text', controllers: 'integer' },
  retentionDays: 365,
});
