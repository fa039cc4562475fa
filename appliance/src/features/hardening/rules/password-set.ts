import { type HardeningRule, judged, known } from '../types.ts';

export const rule: HardeningRule = {
  name: 'password-set',
  severity: 'critical',
  judge: (facts) => judged(known(facts, 'passwordSet'), (value) => /^(no|false|0)$/i.test(value)),
};
