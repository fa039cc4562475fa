import { addressRangeFaults } from '../../discovery/source-rules.ts';
import { defineKind } from '../types.ts';

/** Addresses that may be asked whether something answers; or that may never be, because controllers live there. */
export const kind = defineKind({
  name: 'address-range',
  row: 'D1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    network: { type: 'text', required: true, max: 40 },
    controllers: { type: 'boolean', default: false },
    enabled: { type: 'boolean', default: false },
    ports: { type: 'list', max: 12 },
    ping: { type: 'boolean', default: false },
    ratePerSecond: { type: 'integer', min: 1, max: 50, default: 5 },
    /** 0: by hand only. */
    everyHours: { type: 'integer', min: 0, max: 720, default: 0 },
    /** Hours of the day in which it may run, in the appliance's time; both or none. */
    fromTime: { type: 'text', max: 5 },
    untilTime: { type: 'text', max: 5 },
    /** SHA-256 of the plan that somebody confirmed, and who did. */
    confirmedPlan: { type: 'text', max: 64, internal: true },
    confirmedBy: { type: 'text', max: 100, internal: true },
  },
  check: addressRangeFaults,
  leaves: null,
});
