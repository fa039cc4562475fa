import {
  buildFacts,
  channelOf,
  endpointsOf,
  incoming,
  opcuaLength,
  serverFacts,
} from '@sallyport/bundle-tools/controllers/protocols/opcua/answers';
import {
  node,
  noList,
  noNode,
  noText,
  reader,
  text,
  uint32,
} from '@sallyport/bundle-tools/controllers/protocols/opcua/binary';
import { exchangeTarget, script } from '../exchange.ts';

const framed = (kind: string, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(`${kind}F`, 'latin1'), uint32(8 + body.length), body]);
};
const header = Buffer.concat([Buffer.alloc(8), uint32(1), uint32(0), Buffer.of(0), noList, noNode, Buffer.of(0)]);
const service = (id: number, ...body: readonly Uint8Array[]): Buffer =>
  framed('MSG', uint32(1), uint32(1), uint32(1), uint32(1), node(id), header, ...body);
const application = Buffer.concat([
  text('urn:a'),
  text('http://a'),
  Buffer.of(2),
  text('A'),
  uint32(0),
  noText,
  noText,
  uint32(1),
  text('opc.tcp://a:4840'),
]);
const endpoint = Buffer.concat([
  text('opc.tcp://a:4840'),
  application,
  noText,
  uint32(1),
  text('http://opcfoundation.org/UA/SecurityPolicy#None'),
  uint32(1),
  text('anonymous'),
  uint32(0),
  noText,
  noText,
  noText,
  text('binary'),
  Buffer.of(0),
]);
const build = Buffer.concat([
  text('http://a'),
  text('Acme'),
  text('C7'),
  text('V3.1.2'),
  text('4711'),
  Buffer.alloc(8),
]);

const answers = [
  framed('ACK', uint32(0), uint32(65_535), uint32(65_535), uint32(0), uint32(0)),
  framed(
    'OPN',
    uint32(1),
    text('http://opcfoundation.org/UA/SecurityPolicy#None'),
    noText,
    noText,
    uint32(1),
    uint32(1),
    node(449),
    header,
    uint32(0),
    uint32(1),
    uint32(1),
    Buffer.alloc(8),
    uint32(60_000),
    noText,
  ),
  service(425, uint32(1), application),
  service(431, uint32(1), endpoint),
  service(464, Buffer.of(0, 7), Buffer.of(0, 9)),
  service(470, noText),
  service(634, uint32(1), Buffer.of(1, 22), node(340), Buffer.of(1), uint32(build.length), build, noList),
  service(476),
];

/** Where the number of the request stands: behind the headers, which differ. */
const requestAt = (message: Buffer): number => {
  if (message.toString('latin1', 0, 3) !== 'OPN') return 20;
  let at = 12;
  for (let n = 0; n < 3 && at + 4 <= message.length; n += 1) at += 4 + Math.max(0, message.readInt32LE(at));
  return at + 4;
};

export const target = exchangeTarget('opcua', {
  pair: (answer, request) => {
    const [from, to] = [requestAt(request), requestAt(answer)];
    if (from + 4 <= request.length && to + 4 <= answer.length) request.copy(answer, to, from, from + 4);
  },
  decode: (answer) => {
    opcuaLength(answer);
    incoming(answer);
    for (const read of [channelOf, serverFacts, endpointsOf, buildFacts]) {
      try {
        read(reader(answer));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  },
  seeds: () => [script(...answers), script(answers[0] ?? Buffer.alloc(0), framed('ERR', uint32(0x80010000), noText))],
});
