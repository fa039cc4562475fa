import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'objects-collected',
  severity: 'info',
  area: 'exchange',
  params: { objects: 'integer', bytes: 'integer' },
  audit: true,
  retentionDays: 3650,
});
