import { type HardeningRule, judged, known } from '../types.ts';

/** Level 1 of S7: everybody may read and write. */
export const rule: HardeningRule = {
  name: 'protection-level',
  severity: 'critical',
  judge: (facts) =>
    judged(known(facts, 'protectionLevel'), (level) => /^(0|1|none|no protection)$/i.test(level.trim())),
};
