import { bacnetFacts } from '@sallyport/bundle-tools/controllers/protocols/bacnet/answers';
import { type PropertyName, readProperty } from '@sallyport/bundle-tools/controllers/protocols/bacnet/requests';
import { type BacnetValue, iAm, propertyReply } from '../../../bundle-tools/test/controllers/messages.ts';
import { exchangeTarget, pairing, script } from '../exchange.ts';

const reply = (name: PropertyName, value: BacnetValue | undefined): Buffer =>
  propertyReply(readProperty(1, 7, name).bytes, 7, value);

// The invoke id; of the question "who is" there is none.
export const target = exchangeTarget('bacnet', {
  pair: (answer, request) => {
    if (request.length > 8) pairing([8, 7, 1])(answer, request);
  },
  decode: bacnetFacts,
  seeds: () => [
    script(
      iAm(7, 5),
      reply('vendorId', 5),
      reply('vendorRaw', { text: 'JCI', set: 'ucs2' }),
      reply('model', { text: 'NAE', set: 'latin1' }),
      reply('firmwareObserved', { text: '5.1', set: 'utf8' }),
      reply('name', { text: 'Үй-12', set: 'ucs2' }),
      reply('application', { text: '7.2', set: 'utf8' }),
      reply('serial', undefined),
    ),
  ],
});
