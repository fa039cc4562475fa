import { devicePolicyFaults } from '../../plcs/identify/job-rules.ts';
import { defineKind } from '../types.ts';

const states = ['zone', 'off', 'manual', 'scheduled'] as const;

/**
 * What may be asked of one controller, beside what its zone says: the stricter of the two holds (OT Q12). Its key is the
 * controller's public id. For a safety controller it holds who takes it upon himself, and why (OT Q2).
 */
export const kind = defineKind({
  name: 'plc-query-policy',
  row: 'P1',
  area: 'devices',
  key: 'given',
  title: 'label',
  fields: {
    label: { type: 'text', max: 200, internal: true },
    queryPolicy: {
      type: 'choice',
      options: ['never', 'passive', 'identify', 'details'],
      required: true,
      default: 'details',
      indexed: true,
    },
    queryIdentify: { type: 'choice', options: states, default: 'zone' },
    queryModules: { type: 'choice', options: states, default: 'zone' },
    queryDetails: { type: 'choice', options: states, default: 'zone' },
    queryMode: { type: 'choice', options: states, default: 'zone' },
    queryGapMs: { type: 'integer', min: 500, max: 60_000, default: 500 },
    queryFromTime: { type: 'text', max: 5 },
    queryUntilTime: { type: 'text', max: 5 },
    /** Of a safety controller: why it may be asked all the same. */
    safetyReason: { type: 'multiline', max: 2_000 },
    /** `type:id` of who said so. */
    safetyBy: { type: 'text', max: 100, internal: true },
  },
  check: devicePolicyFaults,
  leaves: null,
});
