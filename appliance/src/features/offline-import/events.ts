import { defineEvents } from '../../engine/events/types.ts';

export const offlineImportEvents = defineEvents({
  /** Inventories of machines without network were taken in. */
  'offline-imported': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { files: 'integer', stored: 'integer', waiting: 'integer', refused: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
});
