import type { DeviceFact } from '../device-fact.ts';
import { rawHex } from '../text.ts';
import { identityFacts } from './answers.ts';

// Questions for an identity object that others send inside a session (SendRRData, CIP Vol. 2, 2-4.7), as captures show them: of
// the device that has the address, or of a module behind its backplane (Unconnected_Send, CIP Vol. 1, 3-5.5.4). Sallyport
// sends none of these.

const sendRrData = 0x6f;
const unconnectedItem = 0x00b2;
const getAttributesAll = 0x01;
const unconnectedSend = 0x52;
const isReply = 0x80;
const backplanePort = 1;

const identityPath = Buffer.from('20012401', 'hex');
const connectionManagerPath = Buffer.from('20062401', 'hex');

/** What joins a question and its answer: session and sender context, which the answer repeats. */
const exchangeOf = (message: Buffer): string => rawHex(message.subarray(4, 8)) + rawHex(message.subarray(12, 20));

/** The CIP message of an encapsulated one whose header has 24 bytes. */
const cipMessage = (message: Buffer): Buffer | undefined => {
  if (message.length < 32 || message.readUInt16LE(0) !== sendRrData || message.readUInt32LE(8) !== 0) return undefined;
  const items = message.readUInt16LE(30);
  let at = 32;
  for (let n = 0; n < Math.min(items, 16) && at + 4 <= message.length; n += 1) {
    const [type, length] = [message.readUInt16LE(at), message.readUInt16LE(at + 2)];
    if (type === unconnectedItem) return message.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
};

/** Service, path and data of a request, whose path counts in words. */
const requestOf = (cip: Buffer): { service: number; path: Buffer; data: Buffer } | undefined => {
  if (cip.length < 2) return undefined;
  const pathEnd = 2 + cip.readUInt8(1) * 2;
  return { service: cip.readUInt8(0), path: cip.subarray(2, pathEnd), data: cip.subarray(pathEnd) };
};

/** Whose identity is asked for; `slot` of a module in the same chassis, none of the device itself. */
type IdentityQuestion = { exchange: string; slot?: number };

/** A question for all attributes of an identity object; undefined for anything else, and for what lies behind a further network. */
export const identityQuestion = (message: Buffer): IdentityQuestion | undefined => {
  const cip = cipMessage(message);
  if (cip === undefined) return undefined;
  const request = requestOf(cip);
  if (request === undefined) return undefined;
  const { service, path, data } = request;
  const exchange = exchangeOf(message);
  if (service === getAttributesAll && path.equals(identityPath)) return { exchange };
  if (service !== unconnectedSend || !path.equals(connectionManagerPath) || data.length < 4) return undefined;
  const length = data.readUInt16LE(2);
  const inner = requestOf(data.subarray(4, 4 + length));
  if (inner?.service !== getAttributesAll || !inner.path.equals(identityPath)) return undefined;
  // The embedded message is padded to words; the route counts in words, and has a reserved byte before it.
  const routeAt = 4 + length + (length % 2);
  if (routeAt >= data.length) return undefined;
  const route = data.subarray(routeAt + 2, routeAt + 2 + data.readUInt8(routeAt) * 2);
  return route.length === 2 && route.readUInt8(0) === backplanePort
    ? { exchange, slot: route.readUInt8(1) }
    : undefined;
};

/** The successful answer to a request for all attributes; only with its question is it an identity object's. */
export const attributesAnswer = (message: Buffer): { exchange: string; facts: DeviceFact[] } | undefined => {
  const cip = cipMessage(message);
  if (cip === undefined || cip.length < 4) return undefined;
  if (cip.readUInt8(0) !== (getAttributesAll | isReply) || cip.readUInt8(2) !== 0) return undefined;
  const object = cip.subarray(4 + cip.readUInt8(3) * 2);
  if (object.length < 15 || object.length < 15 + object.readUInt8(14)) return undefined;
  return { exchange: exchangeOf(message), facts: identityFacts(object) };
};
