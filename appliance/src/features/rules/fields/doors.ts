import type { Field } from '../condition/types.ts';

/** By which agents a device speaks, and whether it asks to come in anew. */
export const doorFields: readonly Field[] = [
  {
    name: 'door',
    type: 'choice',
    layer: 0,
    options: ['native', 'osquery', 'glpi', 'ocs', 'stick', 'network', 'directory'],
    source: {
      many: `select door as value from device_door where device = d.id and state <> 'revoked'
        union select door from section where device = d.id`,
    },
  },
  {
    name: 'reenrolling',
    type: 'yesno',
    layer: 0,
    source: {
      scalar: `d.state = 'managed' and exists
        (select 1 from device_door x where x.device = d.id and x.state = 'pending')`,
    },
  },
];
