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
    strict: 'remove',
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      /** Version 3. */
      user: { returns: 'anew', type: 'secret', max: 64 },
      authBy: { returns: 'anew', type: 'choice', options: ['none', 'sha1', 'sha256'], default: 'none' },
      authPassword: { returns: 'anew', type: 'secret', max: 128 },
      privacyPassword: { returns: 'anew', type: 'secret', max: 128 },
      /** Version 2c: readable on the wire. */
      community: { returns: 'anew', type: 'secret', max: 128 },
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
    strict: { start: 'manual' },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      /** An explicit list (OT Q1). */
      controllers: { returns: 'anew', type: 'list', idOf: 'controller', required: true, max: MAX_TARGETS },
      protocols: { returns: 'anew', type: 'list', options: [...PROTOCOLS], required: true, max: PROTOCOLS.length },
      identify: { returns: 'anew', type: 'boolean', default: true },
      modules: { returns: 'anew', type: 'boolean', default: false },
      details: { returns: 'anew', type: 'boolean', default: false },
      mode: { returns: 'anew', type: 'boolean', default: false },
      /** Also known values (OT Q10). */
      askKnown: { returns: 'anew', type: 'boolean', default: false },
      /** The window. */
      from: { returns: 'anew', type: 'time', required: true },
      until: { returns: 'anew', type: 'time', required: true },
      start: { returns: 'anew', type: 'choice', options: ['manual', 'scheduled'], required: true, default: 'manual' },
      /** The window comes again after so many days, until an end; for jobs that start by themselves. */
      repeatDays: { returns: 'anew', type: 'integer', min: 1, max: 366 },
      repeatUntil: { returns: 'anew', type: 'time' },
      gapMs: { returns: 'anew', type: 'integer', min: MIN_GAP_MS, max: 60_000, default: 1_000 },
      /** Where a protocol listens elsewhere: `modbus/1502`. */
      ports: { returns: 'anew', type: 'list', max: PROTOCOLS.length },
      /** The device whose agent asks; none: this appliance. */
      agent: { returns: 'anew', type: 'text', idOf: 'device', max: 64 },
      credential: { returns: 'anew', type: 'reference', kind: 'controller-credential' },
      reason: { returns: 'freely', type: 'multiline', max: 2_000 },
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
    strict: { queryPolicy: 'never' },
    fields: {
      label: { returns: 'freely', type: 'text', max: 200, internal: true },
      queryPolicy: {
        returns: 'anew',
        type: 'choice',
        options: ['never', 'passive', 'identify', 'details'],
        required: true,
        default: 'details',
        indexed: true,
      },
      queryIdentify: { returns: 'anew', type: 'choice', options: states, default: 'zone' },
      queryModules: { returns: 'anew', type: 'choice', options: states, default: 'zone' },
      queryDetails: { returns: 'anew', type: 'choice', options: states, default: 'zone' },
      queryMode: { returns: 'anew', type: 'choice', options: states, default: 'zone' },
      queryGapMs: { returns: 'anew', type: 'integer', min: 500, max: 60_000, default: 500 },
      queryFromTime: { returns: 'anew', type: 'text', max: 5 },
      queryUntilTime: { returns: 'anew', type: 'text', max: 5 },
      /** Of a safety controller: why it may be asked all the same. */
      safetyReason: { returns: 'never', type: 'multiline', max: 2_000 },
      /** `type:id` of the actor. */
      safetyBy: { returns: 'never', type: 'text', max: 100, internal: true },
    },
    check: devicePolicyFaults,
    leaves: null,
  },
});
