import { type Request, requestOf } from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';
import { incoming } from './answers.ts';
import { node, noList, noNode, noText, text, uint32 } from './binary.ts';

// What may be sent over OPC UA: hello, a channel without security, FindServers, GetEndpoints; with consent (details) an
// anonymous session in which one node is read, the server's BuildInfo; and the goodbyes. Nothing is browsed, written or
// called, and no name or password is ever sent.

export type Channel = { channel: number; token: number };
/** Number of a message and when it is sent: servers refuse a request from long ago. */
export type Numbers = { sequence: number; atMs: number };

const requestIds = {
  openChannel: 446,
  closeChannel: 452,
  findServers: 422,
  getEndpoints: 428,
  createSession: 461,
  activateSession: 467,
  read: 631,
  closeSession: 473,
} as const;

/** The node that is read, and its attribute "value". */
const buildInfoNode = 2260;
const valueAttribute = 13;
const securityNone = 'http://opcfoundation.org/UA/SecurityPolicy#None';
const ourUri = 'urn:sallyport:identification';
const bufferBytes = 65_535;

/** Longest identifier of a session and longest name of a policy that are repeated to a server. */
const maxSessionBytes = 512;
export const maxPolicyBytes = 256;

const framed = (kind: string, ...pieces: readonly Piece[]): Piece[] => [
  Buffer.from(`${kind}F`, 'latin1'),
  { size: 'u32-frame', pieces },
];

const answered = (open: string, value: number): Piece => ({ open, source: 'answer', bytes: uint32(value) });
const counted = (value: number): Piece => ({ open: 'sequence', source: 'count', bytes: uint32(value) });
/** Whether an identifier is one that a plan has a place for: of this server, and of a usual length. */
export const isRepeatable = (session: Uint8Array): boolean =>
  session.length <= maxSessionBytes && ((session[0] ?? 0xff) & 0xc0) === 0;
const sessionOf = (session: Uint8Array): Piece => ({
  open: 'session',
  source: 'answer',
  bytes: session,
  form: 'node',
  upTo: maxSessionBytes,
});

/** Ticks of 100 ns since the year 1601, which zero stands for as well. */
const timeOf = (ms: number): Buffer => {
  const bytes = Buffer.alloc(8);
  if (ms > 0) bytes.writeBigInt64LE(BigInt(Math.trunc(ms) + 11_644_473_600_000) * 10_000n, 0);
  return bytes;
};

/** Header of each request: who asks, when, the number of the request, five seconds of patience. */
const header = ({ sequence, atMs }: Numbers, session: Piece = noNode): Piece[] => [
  session,
  { open: 'time', source: 'clock', bytes: timeOf(atMs) },
  counted(sequence),
  uint32(0),
  noText,
  uint32(5_000),
  noNode,
  Buffer.of(0),
];

const isAnswerTo = (sequence: number) => (message: Buffer) => {
  try {
    const came = incoming(message);
    return came !== undefined && (came.kind === 'error' || (came.kind === 'service' && came.request === sequence));
  } catch (error) {
    // An answer that cannot be read is an answer; the client says so.
    if (error instanceof RangeError) return true;
    throw error;
  }
};

const message = (
  name: Exclude<keyof typeof requestIds, 'openChannel'>,
  { channel, token }: Channel,
  numbers: Numbers,
  session: Piece,
  ...body: readonly Piece[]
): Piece[] =>
  framed(
    name === 'closeChannel' ? 'CLO' : 'MSG',
    answered('channel', channel),
    answered('channel', token),
    counted(numbers.sequence),
    counted(numbers.sequence),
    node(requestIds[name]),
    ...header(numbers, session),
    ...body,
  );

/** Hello. */
export const hello = (url: string): Request =>
  requestOf(framed('HEL', uint32(0), uint32(bufferBytes), uint32(bufferBytes), uint32(0), uint32(0), text(url)), {
    meaning: { key: 'opcua.hello', params: {} },
    answers: () => true,
    gives: [],
  });

/** Opens a channel without security, which discovery needs. */
export const openChannel = (numbers: Numbers): Request =>
  requestOf(
    framed(
      'OPN',
      uint32(0),
      text(securityNone),
      noText,
      noText,
      counted(numbers.sequence),
      counted(numbers.sequence),
      node(requestIds.openChannel),
      ...header(numbers),
      // Version 0, a new channel, no security, no nonce, for a minute.
      uint32(0),
      uint32(0),
      uint32(1),
      noText,
      uint32(60_000),
    ),
    {
      meaning: { key: 'opcua.open-channel', params: {} },
      answers: isAnswerTo(numbers.sequence),
      gives: [],
    },
  );

export const findServers = (channel: Channel, numbers: Numbers, url: string): Request =>
  requestOf(message('findServers', channel, numbers, noNode, text(url), noList, noList), {
    meaning: { key: 'opcua.find-servers', params: {} },
    answers: isAnswerTo(numbers.sequence),
    gives: ['applicationName'],
  });

export const getEndpoints = (channel: Channel, numbers: Numbers, url: string): Request =>
  requestOf(message('getEndpoints', channel, numbers, noNode, text(url), noList, noList), {
    meaning: { key: 'opcua.get-endpoints', params: {} },
    answers: isAnswerTo(numbers.sequence),
    gives: [],
  });

/** A session that has no rights of its own yet. */
export const createSession = (channel: Channel, numbers: Numbers, url: string, nonce: Buffer): Request =>
  requestOf(
    message(
      'createSession',
      channel,
      numbers,
      noNode,
      // Who we are: identifier, product, name, a client, no addresses.
      text(ourUri),
      text(ourUri),
      Buffer.of(2),
      text('Sallyport'),
      uint32(1),
      noText,
      noText,
      noList,
      noText,
      text(url),
      text('identification'),
      uint32(nonce.length),
      { open: 'nonce', source: 'chance', bytes: nonce },
      noText,
      // A minute, and no limit of size.
      doubleOf(60_000),
      uint32(0),
    ),
    {
      meaning: { key: 'opcua.create-session', params: {} },
      answers: isAnswerTo(numbers.sequence),
      gives: ['firmwareObserved', 'productName'],
    },
  );

const doubleOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value, 0);
  return bytes;
};

const anonymousToken = 321;

/** The body of the token: the policy's name. */
const policyOf = (policy: string): Piece => {
  const bytes = Buffer.from(policy, 'utf8');
  const name: Piece = { open: 'policy', source: 'answer', bytes, form: 'rest', upTo: maxPolicyBytes };
  return { size: 'u32', pieces: [{ size: 'u32', pieces: [name] }] };
};

/** Enters without a name; `policy` is what the server calls that. */
export const activateSession = (channel: Channel, numbers: Numbers, session: Buffer, policy: string): Request =>
  requestOf(
    message(
      'activateSession',
      channel,
      numbers,
      sessionOf(session),
      noText,
      noText,
      noList,
      noList,
      node(anonymousToken),
      Buffer.of(1),
      policyOf(policy),
      noText,
      noText,
    ),
    {
      meaning: { key: 'opcua.activate-session', params: {} },
      answers: isAnswerTo(numbers.sequence),
      gives: ['firmwareObserved', 'productName'],
    },
  );

/** Reads the value of BuildInfo; no other node can be named. */
export const readBuildInfo = (channel: Channel, numbers: Numbers, session: Buffer): Request =>
  requestOf(
    message(
      'read',
      channel,
      numbers,
      sessionOf(session),
      // However fresh, without times, one node: its value, whole, in the usual encoding.
      doubleOf(0),
      uint32(3),
      uint32(1),
      node(buildInfoNode),
      uint32(valueAttribute),
      noText,
      Buffer.alloc(2),
      noText,
    ),
    {
      meaning: { key: 'opcua.read-build-info', params: { node: buildInfoNode } },
      answers: isAnswerTo(numbers.sequence),
      gives: ['firmwareObserved', 'productName', 'vendorRaw'],
    },
  );

export const closeSession = (channel: Channel, numbers: Numbers, session: Buffer): Request =>
  requestOf(message('closeSession', channel, numbers, sessionOf(session), Buffer.of(1)), {
    meaning: { key: 'opcua.close-session', params: {} },
    answers: isAnswerTo(numbers.sequence),
    gives: [],
  });

/** Goodbye; no answer is due. */
export const closeChannel = (channel: Channel, numbers: Numbers): Request =>
  requestOf(message('closeChannel', channel, numbers, noNode), {
    meaning: { key: 'opcua.close-channel', params: {} },
    gives: [],
  });
