import { sameVersion } from '../../../platform/same-version.ts';
import type { HardeningRule } from '../types.ts';

/** What runs is another version than what was planned. */
export const rule: HardeningRule = {
  name: 'firmware-drift',
  severity: 'warning',
  judge: ({ observed, configured }) => {
    const [found, planned] = [observed['firmware'], configured['firmware']];
    if (found === undefined || planned === undefined) return { answer: 'unknown' };
    return sameVersion(planned, found) ? { answer: 'ok' } : { answer: 'found', evidence: `${planned} / ${found}` };
  },
};
