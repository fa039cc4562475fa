import { descriptionFacts } from '../description.ts';
import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// SNMP v1 and v2c: answers that hold the system group. The community is not kept.

const getResponse = 0xa2;
const octetString = 0x04;
const objectId = 0x06;
const systemFields: ReadonlyMap<string, string> = new Map([
  ['2b06010201010100', 'description'],
  ['2b06010201010200', 'objectId'],
  ['2b06010201010500', 'name'],
]);

type Element = { tag: number; body: Buffer; next: number };

const elementAt = (data: Buffer, at: number): Element => {
  const tag = data.readUInt8(at);
  let length = data.readUInt8(at + 1);
  let from = at + 2;
  if (length > 0x7f) {
    const bytes = length & 0x7f;
    if (bytes === 0 || bytes > 4) throw new RangeError('a length of more than four bytes');
    length = data.readUIntBE(from, bytes);
    from += bytes;
  }
  return { tag, body: data.subarray(from, from + length), next: from + length };
};

const oidText = (bytes: Buffer): string => {
  const parts: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    parts.push(
      ...(parts.length === 0
        ? [Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40))]
        : [value]),
    ); // prettier-ignore
    value = 0;
  }
  return parts.join('.');
};

/** Facts of one datagram. */
export const snmpFacts = (data: Buffer): DeviceFact[] => {
  const message = elementAt(data, 0);
  const version = elementAt(message.body, 0);
  if (message.tag !== 0x30 || version.tag !== 0x02 || version.body.length !== 1 || version.body.readUInt8(0) > 1)
    return [];
  const community = elementAt(message.body, version.next);
  const pdu = elementAt(message.body, community.next);
  if (pdu.tag !== getResponse) return [];
  let at = 0;
  for (let n = 0; n < 3; n += 1) at = elementAt(pdu.body, at).next;
  const list = elementAt(pdu.body, at).body;
  const facts: DeviceFact[] = [];
  for (let from = 0, n = 0; from < list.length && n < 64; n += 1) {
    const binding = elementAt(list, from);
    const name = elementAt(binding.body, 0);
    const value = elementAt(binding.body, name.next);
    const field = systemFields.get(name.body.toString('hex'));
    if (field === 'objectId' && value.tag === objectId)
      facts.push({ field, value: oidText(value.body), raw: rawHex(value.body) });
    else if (field !== undefined && value.tag === octetString && cleanText(value.body).trim() !== '') {
      facts.push({ field, value: cleanText(value.body).trim(), raw: rawHex(value.body) });
      if (field === 'description') facts.push(...descriptionFacts(cleanText(value.body)));
    }
    from = binding.next;
  }
  return facts;
};
