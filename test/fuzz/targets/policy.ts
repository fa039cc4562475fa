import { parsePolicy } from '@sallyport/bundle-tools/documents/policy';
import { policyBytes } from '../../../bundle-tools/test/kit.ts';
import type { FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'policy',
  run: (data) => parsePolicy(data),
  seeds: () => [policyBytes(), policyBytes({ grace_days: 0 })],
  words: ['"seal_keys"', '"grace_days"', '"min_importer"'],
};
