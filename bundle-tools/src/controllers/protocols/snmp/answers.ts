import { type Element, elementAt, numberOf, wholeAt } from '../../../platform/ber.ts';
import { descriptionFacts } from '../description.ts';
import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// SNMP: answers that hold the system group or a physical entity. The community and the user are not kept.

export const getResponse = 0xa2;
export const report = 0xa8;
const octetString = 0x04;
const objectId = 0x06;
const systemFields: ReadonlyMap<string, string> = new Map([
  ['2b06010201010100', 'description'],
  ['2b06010201010200', 'objectId'],
  ['2b06010201010500', 'name'],
]);

const oidText = (bytes: Buffer): string => {
  const parts: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    const first = Math.min(2, Math.floor(value / 40));
    parts.push(...(parts.length === 0 ? [first, value - 40 * first] : [value]));
    value = 0;
  }
  return parts.join('.');
};

/** A name (hex of the object identifier), and what it stands for. */
export type Binding = { name: string; tag: number; body: Buffer };

export type Pdu = { tag: number; requestId: number; error: number; bindings: readonly Binding[] };

const maxBindings = 64;

/** Reads one PDU. RangeError where it is cut. */
const readPdu = (pdu: Element): Pdu => {
  const request = elementAt(pdu.body, 0);
  const error = elementAt(pdu.body, request.next);
  const index = elementAt(pdu.body, error.next);
  const list = elementAt(pdu.body, index.next).body;
  const bindings: Binding[] = [];
  for (let from = 0; from < list.length && bindings.length < maxBindings; ) {
    const binding = elementAt(list, from);
    const name = elementAt(binding.body, 0);
    const value = elementAt(binding.body, name.next);
    bindings.push({ name: name.body.toString('hex'), tag: value.tag, body: value.body });
    from = binding.next;
  }
  return { tag: pdu.tag, requestId: numberOf(request), error: numberOf(error), bindings };
};

/** A message of version 3 around its contents. */
export type SecureMessage = {
  id: number;
  flags: number;
  engine: Buffer;
  boots: number;
  time: number;
  user: Buffer;
  digest: Buffer;
  /** Where the digest stands in the message. */
  digestAt: number;
  salt: Buffer;
  /** Scoped contents: a sequence, or an octet string where they are encrypted. */
  contents: Element;
};

const version = (message: Buffer): number => numberOf(wholeAt(message, 0, 0x02));

/** Reads the outside of a message of version 3; undefined for other versions. RangeError where it is cut. */
export const secureMessage = (data: Buffer): SecureMessage | undefined => {
  const message = wholeAt(data, 0, 0x30).body;
  if (version(message) !== 3) return undefined;
  const header = wholeAt(message, wholeAt(message, 0, 0x02).next, 0x30);
  const id = wholeAt(header.body, 0, 0x02);
  const size = wholeAt(header.body, id.next, 0x02);
  const flags = wholeAt(header.body, size.next, octetString);
  const security = wholeAt(message, header.next, octetString);
  const inner = wholeAt(security.body, 0, 0x30).body;
  const engine = wholeAt(inner, 0, octetString);
  const boots = wholeAt(inner, engine.next, 0x02);
  const time = wholeAt(inner, boots.next, 0x02);
  const user = wholeAt(inner, time.next, octetString);
  const digest = wholeAt(inner, user.next, octetString);
  const salt = wholeAt(inner, digest.next, octetString);
  const contents = elementAt(message, security.next);
  if (contents.next > message.length) throw new RangeError('the contents are cut');
  return {
    id: numberOf(id),
    flags: flags.body.readUInt8(0),
    engine: engine.body,
    boots: numberOf(boots),
    time: numberOf(time),
    user: user.body,
    digest: digest.body,
    digestAt: digest.body.byteOffset - data.byteOffset,
    salt: salt.body,
    contents,
  };
};

/** The PDU in scoped contents. */
export const scopedPdu = (contents: Buffer): Pdu => {
  const engine = wholeAt(contents, 0, octetString);
  const name = wholeAt(contents, engine.next, octetString);
  return readPdu(elementAt(contents, name.next));
};

/** The PDU of a message of version 1 or 2c; undefined for other versions. */
export const plainPdu = (data: Buffer): Pdu | undefined => {
  const message = elementAt(data, 0);
  const versionElement = elementAt(message.body, 0);
  if (message.tag !== 0x30 || versionElement.tag !== 0x02 || numberOf(versionElement) > 1) return undefined;
  const community = elementAt(message.body, versionElement.next);
  const pdu = elementAt(message.body, community.next);
  return pdu.tag === getResponse || pdu.tag === report ? readPdu(pdu) : undefined;
};

/** What the system group says. */
export const systemFacts = (bindings: readonly Binding[]): DeviceFact[] =>
  bindings.flatMap(({ name, tag, body }): DeviceFact[] => {
    const field = systemFields.get(name);
    if (field === 'objectId') return tag === objectId ? [{ field, value: oidText(body), raw: rawHex(body) }] : [];
    const value = cleanText(body, 'utf8').trim();
    if (field === undefined || tag !== octetString || value === '') return [];
    return [{ field, value, raw: rawHex(body) }, ...(field === 'description' ? descriptionFacts(value) : [])];
  });

const siemens = 4_329;
const rockwell = 95;
const enterprises: ReadonlyMap<number, string> = new Map([
  [siemens, 'Siemens'],
  [rockwell, 'Rockwell Automation'],
  [3_833, 'Schneider Electric'],
]);

/** The vendor whose number the engine's identifier carries, where it is certain which. */
export const engineFacts = (engine: Buffer): DeviceFact[] => {
  const id: DeviceFact = { field: 'snmpEngineId', value: engine.toString('hex').slice(0, 64), raw: rawHex(engine) };
  if (engine.length < 5) return [];
  const vendor = enterprises.get(engine.readUInt32BE(0) & 0x7fff_ffff);
  return vendor === undefined ? [id] : [id, { field: 'vendorRaw', value: vendor, raw: rawHex(engine.subarray(0, 4)) }];
};

/** Facts of one datagram, as far as it is not encrypted. */
export const snmpFacts = (data: Buffer): DeviceFact[] => {
  const pdu = plainPdu(data);
  if (pdu !== undefined) return pdu.tag === getResponse ? systemFacts(pdu.bindings) : [];
  const message = elementAt(data, 0);
  if (message.tag !== 0x30 || numberOf(elementAt(message.body, 0)) !== 3) return [];
  const secure = secureMessage(data);
  if (secure === undefined || secure.contents.tag !== 0x30) return [];
  const inside = scopedPdu(secure.contents.body);
  return inside.tag === getResponse ? systemFacts(inside.bindings) : [];
};
