import { s7Reader } from '@sallyport/bundle-tools/controllers/protocols/s7/answers';
import {
  connectRequest,
  type ListName,
  readList,
  s7Of,
  setupRequest,
} from '@sallyport/bundle-tools/controllers/protocols/s7/requests';
import { type Lists, s7Controller, usualLists } from '../../../bundle-tools/test/controllers/s7-controller.ts';
import { exchangeTarget, script } from '../exchange.ts';

const order: readonly ListName[] = ['mode', 'identification', 'names', 'protection', 'mode'];
const answers = (lists: () => Lists): Buffer[] => {
  const controller = s7Controller({ lists });
  const requests = [connectRequest(), setupRequest(1), ...order.map((name, index) => readList(index + 2, name))];
  return requests.flatMap(({ bytes }) => controller(bytes));
};

// The number of a message stands behind two headers in both directions.
export const target = exchangeTarget('s7', {
  pair: (answer, request) => {
    if (answer.length >= 13 && request.length >= 13) request.copy(answer, 11, 11, 13);
  },
  decode: (answer) => {
    const pdu = s7Of(answer);
    if (pdu !== undefined) s7Reader()(pdu);
  },
  seeds: () => [
    script(...answers(usualLists)),
    script(...answers(() => new Map([[0x0011, { text: '6ES7 318-3EL00-0AB0  V 2.6.9' }]]))),
  ],
});
