import type { Field } from '../condition/types.ts';

/** All tags of a device, and those that people gave it. */
export const tagFields: readonly Field[] = [
  { name: 'tag', type: 'text', layer: 2, source: { many: 'select tag as value from device_tag where device = d.id' } },
  {
    name: 'handTag',
    type: 'text',
    layer: 0,
    source: { many: `select tag as value from device_tag where device = d.id and source = 'hand'` },
  },
];
