import { defineEvents } from '../../engine/events/types.ts';

export const controllerImportEvents = defineEvents({
  /** A capture shows traffic that changes a controller: its address, its run state, its program. */
  'controller-control-traffic': {
    severity: 'warning',
    bound: 'zone',
    area: 'controllers',
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
    retentionDays: 3_650,
  },
});
