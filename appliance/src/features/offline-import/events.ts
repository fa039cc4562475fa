import { defineEvents } from '../../engine/events/types.ts';

export const offlineImportEvents = defineEvents(
  { area: 'devices', bound: 'site', retentionDays: 1_095 },
  {
    /** Inventories of machines without network were taken in. */
    'offline-imported': {
      severity: 'info',
      params: { files: 'integer', stored: 'integer', waiting: 'integer', refused: 'integer' },
      audit: true,
    },
  },
);
