import { defineEvents } from '../../engine/events/types.ts';

export const integrityEvents = defineEvents(
  { area: 'controllers', bound: 'zone', retentionDays: 3_650 },
  {
    /** The program of a controller was approved. */
    'controller-program-approved': {
      severity: 'info',
      params: { controller: 'text', revision: 'integer' },
      audit: true,
    },
    /** The program of a controller is not the approved one any more. */
    'controller-program-changed': { severity: 'critical', params: { controller: 'text', what: 'text' }, audit: true },
    /** A program was proposed; a second person is to approve it. */
    'controller-program-proposed': { severity: 'info', params: { controller: 'text' } },
    /** The program of a controller is the approved one again. */
    'controller-program-restored': { severity: 'info', params: { controller: 'text' } },
    /** The state of a program was kept before or after work. */
    'controller-program-snapshot': {
      severity: 'info',
      params: { controller: 'text', moment: 'text', workOrder: 'text' },
    },
  },
);
