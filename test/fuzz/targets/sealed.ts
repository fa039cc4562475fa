import { openSealed, sealTo } from '@sallyport/bundle-tools/documents/sealed';
import { generateSealKey } from '@sallyport/bundle-tools/trust/keys';
import { demand, type FuzzTarget } from '../target.ts';

const keys = [generateSealKey(), generateSealKey()];
const text = Buffer.from('a request');
const whole = [
  sealTo(text, [keys[0]!.publicKey]),
  sealTo(
    text,
    keys.map(({ publicKey }) => publicKey),
  ),
];

export const target: FuzzTarget = {
  name: 'sealed',
  stretch: false,
  run: (data) => {
    const opened = openSealed(data, keys.slice(0, 1));
    demand(Buffer.from(opened).equals(text), 'only what was sealed is opened');
  },
  seeds: () => [...whole, whole[0]!.subarray(0, 60), sealTo(text, [keys[1]!.publicKey])],
  words: ['SPSEAL01', '\u0001', '\u0008', '\u0009'],
};
