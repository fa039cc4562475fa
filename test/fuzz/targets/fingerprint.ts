import { parseFingerprint } from '@sallyport/bundle-tools/fingerprint/parse';
import { demand, type FuzzTarget } from '../target.ts';

export const target: FuzzTarget = {
  name: 'fingerprint',
  run: (data) => demand(/^[0-9a-f]{64}$/.test(parseFingerprint(data.toString('utf8'))), 'a fingerprint is hex'),
  seeds: () => ['ab'.repeat(32), 'AB:CD '.repeat(16), `${'abandon '.repeat(23)}art`],
  words: ['abandon', 'art', 'zoo', '1. '],
};
