import { type HardeningRule, judgedService } from '../types.ts';

/** Logging in in the clear. */
export const rule: HardeningRule = {
  name: 'ftp',
  severity: 'warning',
  judge: (facts) => judgedService(facts, ['tcp/21']),
};
