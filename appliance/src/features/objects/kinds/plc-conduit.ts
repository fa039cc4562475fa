import { conduitFaults } from '../../plcs/zones/rules.ts';
import { defineKind } from '../types.ts';

/** A way between two zones and what may go through it. */
export const kind = defineKind({
  name: 'plc-conduit',
  row: 'P1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 60 },
    from: { type: 'reference', kind: 'plc-zone', required: true },
    to: { type: 'reference', kind: 'plc-zone', required: true },
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
});
