import { defineFacts } from '../types.ts';

/** P1: where controllers are in the network. */
export const collection = defineFacts({
  name: 'controller-interface',
  bound: 'zone',
  row: 'P1',
  mode: 'facts',
  part: 'interface',
  title: 'address',
  sort: 'address',
  fields: {
    name: { type: 'text', maxLength: 240 },
    address: { type: 'text', form: 'address', indexed: true, maxLength: 45 },
    mask: { type: 'text', form: 'address', maxLength: 45 },
    gateway: { type: 'text', form: 'address', maxLength: 45 },
    mac: { type: 'text', form: 'mac', indexed: true, maxLength: 17 },
    stationName: { type: 'text', indexed: true, maxLength: 240 },
    vlan: { type: 'integer', form: 'number', identifier: true },
    /** The switch and the port that it hangs on. */
    switchName: { type: 'text', maxLength: 240, column: false },
    switchPort: { type: 'text', maxLength: 100 },
    subnet: { type: 'text', maxLength: 120, column: false },
  },
  retentionDays: 3_650,
  leaves: null,
});
