import { openCustody, signCustody } from '@sallyport/bundle-tools/documents/custody';
import { payloadTypeOf } from '@sallyport/bundle-tools/documents/envelope';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { bodyOf, signedAs } from '../signed-document.ts';
import type { FuzzTarget } from '../target.ts';

const key = generateSigningKey();

export const target: FuzzTarget = {
  name: 'custody',
  run: (data) => openCustody(signedAs(payloadTypeOf('custody'), data, [key]), [key.publicKey]),
  seeds: () => {
    const line = {
      step: 'scan',
      person: 3,
      medium: 'disk 4',
      sha256: 'ab'.repeat(32),
      at: '2026-05-01T00:00:00Z',
    } as const;
    return [bodyOf(signCustody(line, key)), bodyOf(signCustody({ ...line, prev: 'cd'.repeat(32) }, key))];
  },
  words: ['"hand-over"', '"fulfil"', '"import"', '"prev"'],
};
