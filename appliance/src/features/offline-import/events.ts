import { defineEvents } from '../../engine/events/types.ts';

export const stickEvents = defineEvents({
  /** Inventories of machines without network were taken in. */
  'stick-imported': {
    severity: 'info',
    area: 'devices',
    params: { files: 'integer', stored: 'integer', waiting: 'integer', refused: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
});
