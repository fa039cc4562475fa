import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { PassiveProtocol, Told } from './types.ts';

// Synchrophasors (IEEE C37.118-2005, C37.118.2-2011, clause 6): what a phasor measurement unit (PMU), or a concentrator of several
// (PDC), measures, in frames that a checksum closes. A configuration names the stations whose measurements the frames hold.

const syncByte = 0xaa;
const headerBytes = 14;
const sumBytes = 2;
const shortest = headerBytes + sumBytes;

const header = 1;
const configuration1 = 2;
const configuration2 = 3;
const command = 4;
const configuration3 = 5;

/** CRC-CCITT (annex B): X^16 + X^12 + X^5 + 1 over all before it, from 0xffff, nothing reversed. */
const sums = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
  return sum & 0xffff;
});
const sumOf = (bytes: Buffer): number =>
  bytes.reduce((sum, byte) => ((sum << 8) & 0xffff) ^ (sums[(sum >> 8) ^ byte] ?? 0), 0xffff);

/** Length of the frame at the start of the bytes; undefined while too little is there, 0 for what is none. */
const frameLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 4) return undefined;
  const [kind, length] = [bytes.readUInt8(1), bytes.readUInt16BE(2)];
  const isFrame = bytes.readUInt8(0) === syncByte && (kind & 0x80) === 0 && kind >> 4 <= configuration3;
  return isFrame && length >= shortest ? length : 0;
};

type Unit = { id: number; name: DeviceFact[] };

const nameFact = (bytes: Buffer): DeviceFact[] => {
  const value = cleanText(bytes, 'utf8').trim();
  return value === '' ? [] : [{ field: 'name', value, raw: rawHex(bytes) }];
};

/** How many phasors, analogue values and digital words a station has, from its first byte on. */
const counts = (frame: Buffer, at: number): [phasors: number, analogues: number, digitals: number] => [
  frame.readUInt16BE(at),
  frame.readUInt16BE(at + 2),
  frame.readUInt16BE(at + 4),
];

/** Configuration 1 and 2 (table 8): a name of 16 bytes, number, format, counts, names of channels, factors, frequency, changes. */
const fixedUnit = (frame: Buffer, at: number): { unit: Unit; end: number } => {
  const [phasors, analogues, digitals] = counts(frame, at + 20);
  const names = 16 * (phasors + analogues + 16 * digitals);
  return {
    unit: { id: frame.readUInt16BE(at + 16), name: nameFact(frame.subarray(at, at + 16)) },
    end: at + 26 + names + 4 * (phasors + analogues + digitals) + 4,
  };
};

/** Configuration 3 (table 10): names behind their lengths, a global number of 16 bytes, place, class, window, delay. */
const namedUnit = (frame: Buffer, start: number): { unit: Unit; end: number } => {
  const nameEnd = start + 1 + frame.readUInt8(start);
  const [phasors, analogues, digitals] = counts(frame, nameEnd + 20);
  let at = nameEnd + 26;
  for (let n = phasors + analogues + 16 * digitals; n > 0; n -= 1) at += 1 + frame.readUInt8(at);
  return {
    unit: { id: frame.readUInt16BE(nameEnd), name: nameFact(frame.subarray(start + 1, nameEnd)) },
    end: at + 12 * phasors + 8 * analogues + 4 * digitals + 21 + 4,
  };
};

/**
 * The stations of a configuration. One that comes in several frames names none (6.4, CONT_IDX). RangeError where lengths and counts
 * do not fill the frame.
 */
const unitsOf = (frame: Buffer, kind: number): Unit[] => {
  const isNamed = kind === configuration3;
  if (isNamed && frame.readUInt16BE(headerBytes) !== 0) return [];
  const first = headerBytes + (isNamed ? 2 : 0) + 4;
  const units: Unit[] = [];
  let at = first + 2;
  // Each takes 30 bytes at least of a frame's 65,535.
  for (let left = frame.readUInt16BE(first); left > 0; left -= 1) {
    const { unit, end } = isNamed ? namedUnit(frame, at) : fixedUnit(frame, at);
    units.push(unit);
    at = end;
  }
  // The rate of the data stands last.
  if (at + 2 + sumBytes !== frame.length) throw new RangeError('a configuration of another length');
  return units;
};

const numberFact = (id: number): DeviceFact => ({ field: 'description', value: `IDCODE ${id}`, raw: String(id) });

/** What a frame tells of who sends it and of the stations whose measurements it passes on. */
const told = (frame: Buffer, kind: number, from: string): Told[] => {
  const stream = frame.readUInt16BE(4);
  const isConfiguration = kind === configuration1 || kind === configuration2 || kind === configuration3;
  const units = isConfiguration ? unitsOf(frame, kind) : [];
  const [only, ...others] = units;
  // Number of the stream and of the one station alike: the sender measures itself.
  if (only !== undefined && others.length === 0 && only.id === stream)
    return [{ facts: [numberFact(stream), ...only.name], unit: stream }];
  return [
    { facts: [numberFact(stream)], unit: stream },
    ...units.map(({ id, name }) => ({
      facts: [numberFact(id), ...name],
      station: { key: `synphasor ${from} ${stream}:${id}`, place: `C37.118 ${from}, stream ${stream}, IDCODE ${id}` },
    })),
  ];
};

export const synphasor: PassiveProtocol = {
  protocol: 'synphasor',
  tcp: [4_712],
  udp: [4_712, 4_713],
  lengthOf: frameLength,
  reader:
    () =>
    ({ bytes, from }) => {
      const length = frameLength(bytes);
      if (length === undefined || length === 0) return [];
      const kind = bytes.readUInt8(1) >> 4;
      // Only commands go to a PMU, whatever ports are used.
      if (kind === command) return [];
      const frame = bytes.subarray(0, length);
      if (frame.length < length || sumOf(frame.subarray(0, -sumBytes)) !== frame.readUInt16BE(length - sumBytes))
        throw new RangeError('a frame whose checksum is wrong');
      // A header is free text of its operator.
      return kind === header ? [{}] : told(frame, kind, from);
    },
};
