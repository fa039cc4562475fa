import type { Field } from '../condition/types.ts';

/** Open deviations of a device from its baselines. */
export const deviationFields: readonly Field[] = [
  {
    name: 'deviations',
    type: 'number',
    layer: 0,
    source: { scalar: '(select count(*) from deviation x where x.device = d.id and x.until is null)' },
  },
];
