import { type HardeningRule, judged, known } from '../types.ts';

/** People say whether the password that the vendor set was changed; no device is asked. */
export const rule: HardeningRule = {
  name: 'default-password',
  severity: 'critical',
  judge: (facts) => judged(known(facts, 'defaultPasswordChanged'), (value) => /^(no|false|0)$/i.test(value)),
};
