import { defineEvents } from '../../engine/events/types.ts';

export const integrityEvents = defineEvents({
  /** The program of a controller was approved. */
  'controller-program-approved': {
    severity: 'info',
    bound: 'zone',
    area: 'controllers',
    params: { controller: 'text', revision: 'integer' },
    audit: true,
    retentionDays: 3_650,
  },
  /** The program of a controller is not the approved one any more. */
  'controller-program-changed': {
    severity: 'critical',
    bound: 'zone',
    area: 'controllers',
    params: { controller: 'text', what: 'text' },
    audit: true,
    retentionDays: 3_650,
  },
  /** A program was proposed; a second person is to approve it. */
  'controller-program-proposed': {
    severity: 'info',
    bound: 'zone',
    area: 'controllers',
    params: { controller: 'text' },
    retentionDays: 3_650,
  },
  /** The program of a controller is the approved one again. */
  'controller-program-restored': {
    severity: 'info',
    bound: 'zone',
    area: 'controllers',
    params: { controller: 'text' },
    retentionDays: 3_650,
  },
  /** The state of a program was kept before or after work. */
  'controller-program-snapshot': {
    severity: 'info',
    bound: 'zone',
    area: 'controllers',
    params: { controller: 'text', moment: 'text', workOrder: 'text' },
    retentionDays: 3_650,
  },
});
