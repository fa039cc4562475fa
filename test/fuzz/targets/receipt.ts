import { openReceipt, signReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { receiptSample } from '../samples.ts';
import { bodyOf, signedAs } from '../signed-document.ts';
import type { FuzzTarget } from '../target.ts';

const key = generateSigningKey();

export const target: FuzzTarget = {
  name: 'receipt',
  run: (data) => openReceipt(signedAs('application/vnd.in-toto+json', data, [key]), [key.publicKey]),
  seeds: () => {
    const subjects = [{ name: 'bundle.dsse.json', digest: { sha256: 'ab'.repeat(32) } }];
    return [bodyOf(signReceipt({ subjects, predicate: receiptSample(), key }))];
  },
  words: ['"predicate"', '"scan"', '"overrides"', '"applied"', '"days_left"', '"subject"', '"__proto__"', '"partial"'],
};
