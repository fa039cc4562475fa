import { defineEvent } from '../types.ts';

/** Inventories of machines without network were taken in. */
export const eventType = defineEvent({
  type: 'stick-imported',
  severity: 'info',
  area: 'devices',
  params: { files: 'integer', stored: 'integer', waiting: 'integer', refused: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
