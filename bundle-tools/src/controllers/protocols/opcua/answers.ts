import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';
import { type Reader, reader } from './binary.ts';

// OPC UA: answers to discovery, and what the server says of its build.

/** Numbers of the answers in the binary encoding. */
export const answerIds = {
  fault: 397,
  openChannel: 449,
  findServers: 425,
  getEndpoints: 431,
  createSession: 464,
  activateSession: 470,
  read: 634,
  closeSession: 476,
} as const;
const buildInfoId = 340;

/** What a message is: a transport message of its own, or the answer of a service, put together of its chunks. */
export type Incoming =
  | { kind: 'acknowledged' }
  | { kind: 'error'; code: number }
  | { kind: 'service'; request: number; service: number; result: number; rest: Reader };

const chunkHeaderBytes = { OPN: 12, MSG: 16 } as const;

/** Length of one chunk; 0 for what is none. */
const chunkLength = (bytes: Buffer, at: number): number | undefined => {
  if (bytes.length < at + 8) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  return /^(?:ACK|ERR|OPN|MSG)[FCA]$/.test(bytes.toString('latin1', at, at + 4)) && length >= 8 ? length : 0;
};

const maxMessageBytes = 1_048_576;

/** Length of the message at the start of the bytes, with all its chunks. */
export const opcuaLength = (bytes: Buffer): number | undefined => {
  for (let at = 0; at < maxMessageBytes; ) {
    const length = chunkLength(bytes, at);
    if (length === undefined || length === 0) return length;
    at += length;
    if (at > maxMessageBytes) return 0;
    if (bytes.toString('latin1', at - length + 3, at - length + 4) !== 'C') return at;
  }
  return 0;
};

/** The header of each answer: when, to what, how it went; the rest is of no use. */
const responseResult = (body: Reader): number => {
  body.skip(8 + 4);
  const result = body.u32();
  body.diagnostics(0);
  body.list(() => body.bytes());
  body.extension();
  return result;
};

/** The sequence header is behind the security header, which has texts in the message that opens a channel. */
const bodyOf = (chunk: Buffer): { request: number; body: Buffer } => {
  const kind = chunk.toString('latin1', 0, 3);
  if (kind === 'MSG') return { request: chunk.readUInt32LE(20), body: chunk.subarray(chunkHeaderBytes.MSG + 8) };
  const rest = reader(chunk.subarray(chunkHeaderBytes.OPN));
  const texts = [rest.bytes(), rest.bytes(), rest.bytes()].reduce((sum, { length }) => sum + 4 + length, 0);
  const at = chunkHeaderBytes.OPN + texts;
  return { request: chunk.readUInt32LE(at + 4), body: chunk.subarray(at + 8) };
};

/** Reads one whole message. RangeError where it is cut. */
export const incoming = (message: Buffer): Incoming | undefined => {
  const kind = message.toString('latin1', 0, 3);
  if (kind === 'ACK') return { kind: 'acknowledged' };
  if (kind === 'ERR') return { kind: 'error', code: message.readUInt32LE(8) };
  const bodies: Buffer[] = [];
  let request = 0;
  for (let at = 0; at < message.length; ) {
    const length = chunkLength(message, at);
    if (length === undefined || length === 0) return undefined;
    const chunk = message.subarray(at, at + length);
    // The device gave up in the middle.
    if (chunk.toString('latin1', 3, 4) === 'A')
      return { kind: 'error', code: chunk.length < 28 ? 0 : chunk.readUInt32LE(24) };
    const part = bodyOf(chunk);
    request = part.request;
    bodies.push(part.body);
    at += length;
  }
  const rest = reader(Buffer.concat(bodies));
  const service = rest.standardNode();
  return { kind: 'service', request, service, result: responseResult(rest), rest };
};

/** The channel that was opened: its number and that of its key. */
export const channelOf = (rest: Reader): { channel: number; token: number } => {
  rest.skip(4);
  return { channel: rest.u32(), token: rest.u32() };
};

const fact = (field: string, bytes: Buffer): DeviceFact[] => {
  const value = cleanText(bytes, 'utf8').trim();
  return value === '' ? [] : [{ field, value, raw: rawHex(bytes) }];
};

type Application = { applicationUri: Buffer; productUri: Buffer; name: Buffer };

const application = (rest: Reader): Application => {
  const [applicationUri, productUri, name] = [rest.bytes(), rest.bytes(), rest.localText()];
  rest.skip(4);
  rest.bytes();
  rest.bytes();
  rest.list(() => rest.bytes());
  return { applicationUri, productUri, name };
};

const applicationFacts = ({ applicationUri, productUri, name }: Application): DeviceFact[] => [
  ...fact('applicationName', name),
  ...fact('applicationUri', applicationUri),
  ...fact('productUri', productUri),
];

/** What the server says of itself; others that it knows are not asked for. */
export const serverFacts = (rest: Reader): DeviceFact[] =>
  rest
    .list(() => application(rest))
    .slice(0, 1)
    .flatMap(applicationFacts);

export type Endpoint = { mode: number; policy: string; anonymous?: string };

const modeNames: Readonly<Record<number, string>> = { 1: 'None', 2: 'Sign', 3: 'SignAndEncrypt' };
const anonymousType = 0;

const endpoint = (rest: Reader): Endpoint & { server: Application } => {
  rest.bytes();
  const server = application(rest);
  rest.bytes();
  const [mode, policy] = [rest.u32(), cleanText(rest.bytes(), 'utf8')];
  const users = rest.list(() => {
    const id = rest.bytes();
    const type = rest.u32();
    for (let n = 0; n < 3; n += 1) rest.bytes();
    return { id, type };
  });
  rest.bytes();
  rest.skip(1);
  const anonymous = users.find(({ type }) => type === anonymousType);
  return {
    mode,
    policy,
    server,
    ...(anonymous === undefined ? {} : { anonymous: anonymous.id.toString('utf8').slice(0, 256) }),
  };
};

type Endpoints = { facts: DeviceFact[]; service: DeviceFact[]; endpoints: Endpoint[] };

/** The endpoints of the server: how each is secured, and who may come without a name. */
export const endpointsOf = (rest: Reader): Endpoints => {
  const endpoints = rest.list(() => endpoint(rest));
  const nameOf = ({ mode, policy }: Endpoint): string => {
    const short = policy.split('#')[1] ?? '';
    return `${modeNames[mode] ?? `mode ${mode}`}${short === '' || short === 'None' ? '' : ` ${short}`}`;
  };
  const security = [...new Set(endpoints.map(nameOf))].join(', ').slice(0, 512);
  const open = String(endpoints.some(({ anonymous }) => anonymous !== undefined));
  return {
    endpoints,
    facts: endpoints.slice(0, 1).flatMap(({ server }) => applicationFacts(server)),
    service:
      endpoints.length === 0
        ? []
        : [
            { field: 'security', value: security, raw: security },
            { field: 'anonymous', value: open, raw: open },
          ],
  };
};

/** The token of the session, as it goes back. */
export const sessionToken = (rest: Reader): Buffer => {
  rest.nodeId();
  return Buffer.from(rest.nodeId());
};

/** What the one node that was read says of the build; or the server's code for why not. */
export const buildFacts = (rest: Reader): DeviceFact[] | number => {
  const count = rest.i32();
  if (count < 1) return 0;
  const mask = rest.u8();
  const value = mask & 1 ? { encoding: rest.u8(), object: rest.extension() } : undefined;
  const status = mask & 2 ? rest.u32() : 0;
  if (value === undefined || value.encoding !== 22 || value.object.type !== buildInfoId) return status;
  const info = reader(value.object.body);
  const [productUri, manufacturer, product, version, build] = [
    info.bytes(),
    info.bytes(),
    info.bytes(),
    info.bytes(),
    info.bytes(),
  ];
  return [
    ...fact('vendorRaw', manufacturer),
    ...fact('productName', product),
    ...fact('firmwareObserved', version),
    ...fact('buildNumber', build),
    ...fact('productUri', productUri),
  ];
};
