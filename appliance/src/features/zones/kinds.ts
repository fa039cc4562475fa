import { defineKinds } from '../../engine/objects/types.ts';
import { conduitFaults, zoneFaults } from './rules.ts';

export const zoneKinds = defineKinds({
  /** A way between two zones and what may go through it. */
  'controller-conduit': {
    bound: 'zone',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 60 },
      from: { type: 'reference', kind: 'controller-zone', required: true },
      to: { type: 'reference', kind: 'controller-zone', required: true },
      direction: { type: 'choice', options: ['both', 'from-to', 'to-from'], required: true, default: 'both' },
      /** `network`: a firewall or switch lets it through; `medium`: people carry it. */
      means: { type: 'choice', options: ['network', 'medium'], required: true, default: 'network' },
      /** Each with its protocol first: `S7 tcp/102 10.1.3.0/24`. */
      rules: { type: 'list', max: 200 },
      slT: { type: 'integer', min: 0, max: 4 },
      owner: { type: 'text', max: 200 },
      description: { type: 'multiline', max: 2_000 },
    },
    check: conduitFaults,
    leaves: null,
  },
  /**
   * A zone of controllers (OT 2.2). What a zone says of queries is the most that may be asked in it (OT Q1, Q3, Q12): nothing,
   * unless decided otherwise; a controller of its own may be held stricter, never looser.
   */
  'controller-zone': {
    bound: 'zone',
    row: 'P1',
    area: 'controllers',
    title: 'name',
    strict: { queryPolicy: 'never' },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 60 },
      parent: { returns: 'anew', type: 'reference', kind: 'controller-zone' },
      /** `dmz` is level 3.5. */
      level: {
        returns: 'freely',
        type: 'choice',
        options: ['0', '1', '2', '3', 'dmz', '4', '5'],
        required: true,
        indexed: true,
      },
      slT: { returns: 'freely', type: 'integer', min: 0, max: 4 },
      slA: { returns: 'freely', type: 'integer', min: 0, max: 4 },
      criticality: { returns: 'freely', type: 'choice', options: ['low', 'medium', 'high'], indexed: true },
      /** Its controllers are safety controllers: never asked unless a named person overrides with a reason (OT Q2). */
      safety: { returns: 'anew', strict: { safety: true }, type: 'boolean', default: false },
      /** Networks in CIDR form: the only addresses at which controllers of the zone may be asked. */
      prefixes: { returns: 'anew', type: 'list', max: 64 },
      queryPolicy: {
        returns: 'anew',
        type: 'choice',
        options: ['never', 'passive', 'identify', 'details'],
        default: 'passive',
      },
      queryIdentify: { returns: 'anew', type: 'choice', options: ['off', 'manual', 'scheduled'], default: 'off' },
      queryModules: { returns: 'anew', type: 'choice', options: ['off', 'manual', 'scheduled'], default: 'off' },
      queryDetails: { returns: 'anew', type: 'choice', options: ['off', 'manual', 'scheduled'], default: 'off' },
      queryMode: { returns: 'anew', type: 'choice', options: ['off', 'manual', 'scheduled'], default: 'off' },
      /** Between two requests to one controller (OT Q4). */
      queryGapMs: { returns: 'anew', type: 'integer', min: 500, max: 60_000, default: 1_000 },
      /** None: any day. */
      queryDays: { returns: 'anew', type: 'list', options: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], max: 7 },
      /** Hours of the day in the appliance's time; both or none. */
      queryFromTime: { returns: 'anew', type: 'text', max: 5 },
      queryUntilTime: { returns: 'anew', type: 'text', max: 5 },
      owner: { returns: 'freely', type: 'text', max: 200 },
      description: { returns: 'freely', type: 'multiline', max: 2_000 },
    },
    check: zoneFaults,
    leaves: null,
  },
});
