import { payloadTypeOf } from '@sallyport/bundle-tools/documents/envelope';
import { openSiteCard, signSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { cardSample } from '../samples.ts';
import { bodyOf, signedAs } from '../signed-document.ts';
import type { FuzzTarget } from '../target.ts';

const key = generateSigningKey();
const first = openSiteCard(signSiteCard(cardSample(key.publicKey), [key]));

export const target: FuzzTarget = {
  name: 'site-card',
  run: (data) => {
    const envelope = signedAs(payloadTypeOf('site-card'), data, [key]);
    openSiteCard(envelope);
    openSiteCard(envelope, { previous: first });
  },
  seeds: () => {
    const card = cardSample(key.publicKey);
    return [card, { ...card, number: 2, prev: first.digest }].map((one) => bodyOf(signSiteCard(one, [key])));
  },
  words: ['"sign_keys"', '"sign_threshold"', '"device_ca"', '"prev"', '"root"'],
};
