import { defineEvents } from '../../engine/events/types.ts';

export const controllerImportEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 3_650 },
  {
    /** A capture shows traffic that changes a controller: its address, its run state, its program. */
    'controller-control-traffic': {
      severity: 'warning',
      params: {
        what: 'text',
        detail: 'text',
        target: 'text',
        sender: 'text',
        seenAt: 'text',
        packet: 'integer',
        count: 'integer',
        file: 'text',
      },
      audit: true,
    },
  },
);
