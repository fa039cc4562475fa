import { secureMessage, snmpFacts } from '@sallyport/bundle-tools/controllers/protocols/snmp/answers';
import { element, integer, octets } from '@sallyport/bundle-tools/platform/ber';
import { exchangeTarget, script } from '../exchange.ts';

const engine = Buffer.from('800010e9031122334455', 'hex');
const oid = (hex: string): Buffer => element(0x06, Buffer.from(hex, 'hex'));
const binding = (name: string, value: Buffer): Buffer => element(0x30, oid(name), value);
const system = [
  binding('2b06010201010100', octets('Siemens, SIMATIC NET, SCALANCE X208, 6GK5 208-0BA10-2AA3, HW: 5, FW: V4.5.0')),
  binding('2b06010201010200', oid('2b06010401a1690603 01'.replace(' ', ''))),
  binding('2b06010201010500', octets('SWITCH-07')),
];
/** Numbers of two bytes, so that those of the request can take their place. */
const id = integer(0x1234);
const pdu = (tag: number, ...bindings: Buffer[]): Buffer =>
  element(tag, id, integer(0), integer(0), element(0x30, ...bindings));
const secure = (inside: Buffer): Buffer =>
  element(
    0x30,
    integer(3),
    element(0x30, id, integer(65_507), octets(Buffer.of(0)), integer(3)),
    octets(element(0x30, octets(engine), integer(1), integer(9), octets('u'), octets(''), octets(''))),
    element(0x30, octets(engine), octets(''), inside),
  );
const plain = element(0x30, integer(1), octets('c'), pdu(0xa2, ...system));
const unknownEngine = secure(pdu(0xa8, binding('2b060106030f01010400', integer(1))));

const wanted = Buffer.from('02021234', 'hex');

/** The number that the request has, if it has two bytes. */
const numberIn = (request: Buffer): Buffer | undefined => {
  const at = request.indexOf(Buffer.of(0x02, 0x02));
  return at < 0 ? undefined : request.subarray(at, at + 4);
};

export const target = exchangeTarget('snmp', {
  pair: (answer, request) => {
    const number = numberIn(request);
    if (number?.length !== 4) return;
    for (let at = answer.indexOf(wanted); at >= 0; at = answer.indexOf(wanted, at + 4)) number.copy(answer, at);
  },
  decode: (answer) => {
    secureMessage(answer);
    snmpFacts(answer);
  },
  seeds: () => [
    script(unknownEngine, secure(pdu(0xa2, ...system)), secure(pdu(0xa2))),
    script(unknownEngine, secure(pdu(0xa8, binding('2b060106030f01010300', integer(1)))), plain),
    script(plain),
  ],
  words: ['\u0002\u0002\u0012\u0034'],
});
