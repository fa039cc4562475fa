import { MAX_TARGETS, MIN_GAP_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import { PROTOCOLS } from '@sallyport/bundle-tools/controllers/protocols/types';
import { jobFaults } from '../../plcs/identify/job-rules.ts';
import { defineKind } from '../types.ts';

/**
 * A job that asks controllers who they are (OT 5): which ones, what, from where, in which window. It does nothing until a
 * second person has approved exactly what would be sent; any change of it ends that approval.
 */
export const kind = defineKind({
  name: 'plc-identification',
  row: 'P1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    /** An explicit list (OT Q1). */
    controllers: { type: 'list', idOf: 'controller', required: true, max: MAX_TARGETS },
    protocols: { type: 'list', options: [...PROTOCOLS], required: true, max: PROTOCOLS.length },
    identify: { type: 'boolean', default: true },
    modules: { type: 'boolean', default: false },
    details: { type: 'boolean', default: false },
    mode: { type: 'boolean', default: false },
    /** Also what is known already (OT Q10). */
    askKnown: { type: 'boolean', default: false },
    /** The window. */
    from: { type: 'time', required: true },
    until: { type: 'time', required: true },
    start: { type: 'choice', options: ['manual', 'scheduled'], required: true, default: 'manual' },
    /** The window comes again after so many days, until an end; for jobs that start by themselves. */
    repeatDays: { type: 'integer', min: 1, max: 366 },
    repeatUntil: { type: 'time' },
    gapMs: { type: 'integer', min: MIN_GAP_MS, max: 60_000, default: 1_000 },
    /** Where a protocol listens elsewhere: `modbus/1502`. */
    ports: { type: 'list', max: PROTOCOLS.length },
    /** The device whose agent asks; none: this appliance. */
    agent: { type: 'text', idOf: 'device', max: 64 },
    credential: { type: 'reference', kind: 'plc-credential' },
    reason: { type: 'multiline', max: 2_000 },
  },
  check: jobFaults,
  leaves: null,
});
