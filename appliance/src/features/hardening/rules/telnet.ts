import { type HardeningRule, judgedService } from '../types.ts';

/** Logging in in the clear. */
export const rule: HardeningRule = {
  name: 'telnet',
  severity: 'critical',
  judge: (facts) => judgedService(facts, ['tcp/23']),
};
