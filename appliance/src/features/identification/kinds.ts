import { MAX_TARGETS, MIN_GAP_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import { PROTOCOLS } from '@sallyport/bundle-tools/controllers/protocols/types';
import { defineKinds } from '../../engine/objects/types.ts';
import { credentialFaults, devicePolicyFaults, jobFaults } from './job-rules.ts';

const states = ['zone', 'off', 'manual', 'scheduled'] as const;

export const identificationKinds = defineKinds({
  /** Who a controller's SNMP agent lets read: a user of version 3, or the community of version 2c. */
  'controller-credential': {
    bound: 'site',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      /** Version 3. */
      user: { type: 'secret', max: 64 },
      authBy: { type: 'choice', options: ['none', 'sha1', 'sha256'], default: 'none' },
      authPassword: { type: 'secret', max: 128 },
      privacyPassword: { type: 'secret', max: 128 },
      /** Version 2c: readable on the wire. */
      community: { type: 'secret', max: 128 },
    },
    check: credentialFaults,
    leaves: null,
  },
  /**
   * A job that asks controllers who they are (OT 5): which ones, what, from where, in which window. It does nothing until a
   * second person has approved exactly what would be sent; any change of it ends that approval.
   */
  'controller-identification': {
    bound: 'zone',
    row: 'P1',
    area: 'controllers',
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
      /** Also known values (OT Q10). */
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
      credential: { type: 'reference', kind: 'controller-credential' },
      reason: { type: 'multiline', max: 2_000 },
    },
    check: jobFaults,
    leaves: null,
  },
  /**
   * What may be asked of one controller, beside what its zone says: the stricter of the two holds (OT Q12). Its key is the
   * controller's public id. For a safety controller it holds who takes it upon himself, and why (OT Q2).
   */
  'controller-query-policy': {
    bound: 'zone',
    row: 'P1',
    area: 'controllers',
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
      /** `type:id` of the actor. */
      safetyBy: { type: 'text', max: 100, internal: true },
    },
    check: devicePolicyFaults,
    leaves: null,
  },
});
