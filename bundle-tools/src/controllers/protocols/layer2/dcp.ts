import type { DeviceFact } from '../device-fact.ts';
import { cleanText, ipv4Text, rawHex } from '../text.ts';

// PROFINET DCP, straight on Ethernet: who is there, and who changed whom.

const hello = 0xfefc;
const getSet = 0xfefd;
const identifyQuestion = 0xfefe;
const identifyAnswer = 0xfeff;

const nameOfStation = 0x0202;

type DcpReading = {
  facts: DeviceFact[];
  address?: string;
  control?: 'dcp-set' | 'dcp-reset';
  /** The one name of a station that it asks for: its own, as stations do when they start, or that of a station it looks for. */
  asks?: DeviceFact;
};

const vendorNames: ReadonlyMap<number, string> = new Map([[0x002a, 'Siemens']]);

const blockFacts = (option: number, data: Buffer): { facts: DeviceFact[]; address?: string } => {
  // Blocks of an answer start with two bytes of information.
  const value = data.subarray(2);
  const text = (field: string): { facts: DeviceFact[] } => {
    const text = cleanText(value);
    return { facts: text === '' ? [] : [{ field, value: text, raw: rawHex(value) }] };
  };
  switch (option) {
    case 0x0102: {
      const address = value.length < 12 ? '0.0.0.0' : ipv4Text(value.subarray(0, 4));
      if (address === '0.0.0.0') return { facts: [] };
      return { facts: [{ field: 'address', value: address, raw: rawHex(value) }], address };
    }
    case 0x0201:
      return text('model');
    case nameOfStation:
      return text('stationName');
    case 0x0203: {
      if (value.length < 4) return { facts: [] };
      const [vendor, device] = [value.readUInt16BE(0), value.readUInt16BE(2)];
      const hex = (number: number): string => `0x${number.toString(16).padStart(4, '0')}`;
      return {
        facts: [
          { field: 'vendorRaw', value: vendorNames.get(vendor) ?? hex(vendor), raw: rawHex(value.subarray(0, 2)) },
          { field: 'deviceId', value: hex(device), raw: rawHex(value.subarray(2, 4)) },
        ],
      };
    }
    default:
      return { facts: [] };
  }
};

/** Control blocks that take away what was set: factory reset, and reset to factory (IEC 61158-6-10, 4.3.1.4.14). */
const resets: ReadonlySet<number> = new Set([0x0505, 0x0506]);

/** The blocks between header and end: option and suboption, contents. */
const blocksOf = (data: Buffer): { option: number; contents: Buffer }[] => {
  const end = Math.min(data.length, 12 + data.readUInt16BE(10));
  const blocks: { option: number; contents: Buffer }[] = [];
  for (let at = 12; at + 4 <= end; ) {
    const [option, length] = [data.readUInt16BE(at), data.readUInt16BE(at + 2)];
    blocks.push({ option, contents: data.subarray(at + 4, Math.min(end, at + 4 + length)) });
    at += 4 + length + (length % 2);
  }
  return blocks;
};

/** Reads one frame behind its EtherType. */
export const dcpReading = (data: Buffer): DcpReading => {
  if (data.length < 12) return { facts: [] };
  const [frameId, service, kind] = [data.readUInt16BE(0), data.readUInt8(2), data.readUInt8(3)];
  // Service 4 asks to set something; kind 0 is the question.
  if (frameId === getSet && service === 4 && kind === 0)
    return { facts: [], control: blocksOf(data).some(({ option }) => resets.has(option)) ? 'dcp-reset' : 'dcp-set' };
  // A filter has no information before its value.
  if (frameId === identifyQuestion && service === 5 && kind === 0) {
    const [asked, ...more] = blocksOf(data).filter(({ option }) => option === nameOfStation);
    const name = asked === undefined || more.length > 0 ? '' : cleanText(asked.contents);
    return name === ''
      ? { facts: [] }
      : { facts: [], asks: { field: 'stationName', value: name, raw: rawHex(asked?.contents ?? data.subarray(0, 0)) } };
  }
  // Answers to Identify and to Get (service 3), and Hello (service 6), say the same of their sender.
  const says =
    (frameId === identifyAnswer && kind === 1) ||
    (frameId === getSet && service === 3 && kind === 1) ||
    (frameId === hello && service === 6 && kind === 0);
  if (!says) return { facts: [] };
  const reading: DcpReading = { facts: [] };
  for (const { option, contents } of blocksOf(data)) {
    const { facts, address } = blockFacts(option, contents);
    reading.facts.push(...facts);
    if (address !== undefined) reading.address = address;
  }
  return reading;
};
