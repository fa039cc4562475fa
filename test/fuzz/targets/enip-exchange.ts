import { enipFacts } from '@sallyport/bundle-tools/controllers/protocols/enip/answers';
import { identityAnswer } from '../../../bundle-tools/test/controllers/messages.ts';
import { exchangeTarget, pairing, script } from '../exchange.ts';

export const target = exchangeTarget('enip', {
  pair: pairing([0, 0, 2]),
  decode: enipFacts,
  seeds: () => [script(identityAnswer())],
});
