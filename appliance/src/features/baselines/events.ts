import { defineEvents } from '../../engine/events/types.ts';

export const baselineEvents = defineEvents(
  { area: 'devices', retentionDays: 1_095 },
  {
    /** Who accepted how many deviations of which baseline; its revision has the rest. */
    'deviation-accepted': {
      severity: 'info',
      bound: 'site',
      params: { baseline: 'text', n: 'integer', revision: 'integer' },
      audit: true,
    },
    /** Deviations that work was ordered for, under the number that another system gave. */
    'deviation-work-order': { severity: 'info', bound: 'site', params: { order: 'text', n: 'integer' }, audit: true },
    /** A device is again as its baseline says. */
    'device-conforms': { severity: 'info', bound: 'device', params: { device: 'text' }, device: 'always' },
    /** A device that was as its baseline says differs from it now. */
    'device-deviates': {
      severity: 'warning',
      bound: 'device',
      params: { device: 'text', n: 'integer' },
      device: 'always',
    },
  },
);
