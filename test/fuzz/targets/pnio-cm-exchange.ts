import { pnioFacts } from '@sallyport/bundle-tools/controllers/protocols/pnio-cm/answers';
import { lookup, noHandle } from '@sallyport/bundle-tools/controllers/protocols/pnio-cm/client';
import { annotationOf, lookupReply } from '../../../bundle-tools/test/controllers/messages.ts';
import { exchangeTarget, pairing, script } from '../exchange.ts';

const request = lookup(Buffer.alloc(16), 1, noHandle).bytes;
const text = annotationOf('S7-1500', '6ES7 672-5DC01-0YA0', '0', 'V', [2, 1, 7]);
const more = Buffer.alloc(20, 7);

// The conversation and the number of the call, in the order of the answer.
export const target = exchangeTarget('pnio-cm', {
  pair: (answer, asked) => {
    const own = Buffer.from(asked);
    if (answer.length > 4 && (answer.readUInt8(4) & 0x10) === 0) {
      own.subarray(40, 44).swap32();
      own.subarray(44, 48).swap16();
      own.subarray(64, 68).swap32();
    }
    pairing([40, 40, 16], [64, 64, 4])(answer, own);
  },
  decode: pnioFacts,
  seeds: () => [
    script(lookupReply(request, text, 'little', more), lookupReply(request, text, 'little', noHandle)),
    script(lookupReply(request, text, 'big', noHandle)),
  ],
});
