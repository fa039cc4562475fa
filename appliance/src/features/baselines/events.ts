import { defineEvents } from '../../engine/events/types.ts';

export const baselineEvents = defineEvents({
  /** Who accepted how many deviations of which baseline; its revision has the rest. */
  'deviation-accepted': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { baseline: 'text', n: 'integer', revision: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  /** Deviations that work was ordered for, under the number that another system gave. */
  'deviation-work-order': {
    severity: 'info',
    bound: 'site',
    area: 'devices',
    params: { order: 'text', n: 'integer' },
    audit: true,
    retentionDays: 1_095,
  },
  /** A device is again as its baseline says. */
  'device-conforms': {
    severity: 'info',
    bound: 'device',
    area: 'devices',
    params: { device: 'text' },
    device: 'always',
    retentionDays: 1_095,
  },
  /** A device that was as its baseline says differs from it now. */
  'device-deviates': {
    severity: 'warning',
    bound: 'device',
    area: 'devices',
    params: { device: 'text', n: 'integer' },
    device: 'always',
    retentionDays: 1_095,
  },
});
