import { defineSettings } from '../../engine/objects/types.ts';

export const vulnerabilitySettings = defineSettings({
  /** Fewer records about an ecosystem judge it in part. */
  'vulnerabilities.least-records': {
    type: 'integer',
    safety: true,
    default: 100,
    min: 0,
    max: 1_000_000,
    area: 'exchange',
  },
});
