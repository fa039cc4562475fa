import type { Field } from '../condition/types.ts';
import { singleValue } from './device.ts';

/** Every address that is known of a device: those it reported, and the one it came from. */
export const addressFields: readonly Field[] = [
  {
    name: 'address',
    type: 'address',
    layer: 0,
    source: {
      many: `select value from json_each((${singleValue('identity', 'ipv4')}))
        union all select value from json_each((${singleValue('identity', 'ipv6')}))
        union all select value from device_hint where device = d.id and kind = 'address'
        union all select d.from_address as value`,
    },
  },
];
