import { type HardeningRule, judgedService } from '../types.ts';

/** A web server without encryption. */
export const rule: HardeningRule = {
  name: 'http',
  severity: 'warning',
  judge: (facts) => judgedService(facts, ['tcp/80', 'tcp/8080']),
};
