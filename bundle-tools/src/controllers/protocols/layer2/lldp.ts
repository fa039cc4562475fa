import { descriptionFacts } from '../description.ts';
import type { DeviceFact } from '../device-fact.ts';
import { cleanText, ipv4Text, macText, rawHex } from '../text.ts';

// LLDP: a device describes itself to its neighbour.

type LldpReading = { facts: DeviceFact[]; address?: string; mac?: string };

/** Reads one frame behind its EtherType. */
export const lldpReading = (data: Buffer): LldpReading => {
  const reading: LldpReading = { facts: [] };
  for (let at = 0; at + 2 <= data.length; ) {
    const head = data.readUInt16BE(at);
    const [type, length] = [head >> 9, head & 0x1ff];
    const value = data.subarray(at + 2, at + 2 + length);
    if (type === 0 || value.length < length) break;
    const add = (field: string): void => {
      const text = cleanText(value).trim();
      if (text !== '') reading.facts.push({ field, value: text, raw: rawHex(value) });
    };
    if (type === 1 && length === 7 && value.readUInt8(0) === 4) reading.mac = macText(value.subarray(1));
    // A station of PROFINET names itself in its chassis id.
    if (type === 1 && length > 1 && value.readUInt8(0) === 7) {
      const text = cleanText(value.subarray(1)).trim();
      if (text !== '') reading.facts.push({ field: 'stationName', value: text, raw: rawHex(value) });
    }
    if (type === 5) add('name');
    if (type === 6) {
      add('description');
      reading.facts.push(...descriptionFacts(cleanText(value)));
    }
    if (type === 8 && length >= 6 && value.readUInt8(0) === 5 && value.readUInt8(1) === 1) {
      const address = ipv4Text(value.subarray(2, 6));
      // A device that has no address yet says so with zeros.
      if (address !== '0.0.0.0') reading.address = address;
    }
    at += 2 + length;
  }
  return reading;
};
