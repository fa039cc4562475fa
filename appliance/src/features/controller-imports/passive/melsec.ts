import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';
import { boundedMap, type PassiveProtocol } from './types.ts';

// MELSEC communication protocol and SLMP, frames 3E and 4E in binary (Mitsubishi Electric SH-080008; CLPA BAP-C2006). The port is
// set in the controller; these are the ones of the manuals and the usual choices. On 5006, 5007, 5560 and 5562 the maker's own
// tools speak MELSOFT, whose layout is not published: what is read of it is what public captures of a Q and of an iQ-F show alike.

const ports = [1_025, 1_280, 5_000, 5_001, 5_002, 5_006, 5_007, 5_010, 5_560, 5_562];

const readModel = 0x0101;
const maxQuestions = 4_096;

const commands: ReadonlyMap<number, ControlCommand> = new Map([
  [0x1001, 'melsec-run'],
  [0x1002, 'melsec-stop'],
  [0x1003, 'melsec-pause'],
  [0x1005, 'melsec-latch-clear'],
  [0x1006, 'melsec-reset'],
  [0x1822, 'melsec-file-write'],
  [0x1829, 'melsec-file-write'],
]);

type MelsecFrame = { isAnswer: boolean; serial: number; data: Buffer; length: number };

/** Subheader (4E: and a serial number), five bytes of route, the length of what follows, timer or end code, data. */
const frameOf = (bytes: Buffer): MelsecFrame | 'none' | undefined => {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const is4E = first === 0x54 || first === 0xd4;
  if (second !== 0 || !(is4E || first === 0x50 || first === 0xd0)) return 'none';
  const at = is4E ? 6 : 2;
  if (bytes.length < at + 7) return undefined;
  const length = bytes.readUInt16LE(at + 5);
  // Module 0x03ff is the own station's control CPU; 0x03d0 to 0x03e3 are those of a set of several.
  const module = bytes.readUInt16LE(at + 2);
  if (length < 2 || module < 0x03d0 || module > 0x03ff) return 'none';
  return {
    isAnswer: first >= 0xd0,
    serial: is4E ? bytes.readUInt16LE(2) : 0,
    data: bytes.subarray(at + 7, at + 7 + length),
    length: at + 7 + length,
  };
};

/** A name of 16 bytes, then the number of the model (SH-080008, 8.6.1). */
const modelFacts = (data: Buffer): DeviceFact[] => {
  const model = data.length < 18 ? '' : cleanText(data.subarray(0, 16)).trim();
  return model === ''
    ? []
    : [
        // The protocol is its maker's; the name of the model is the answer to nothing else.
        { field: 'vendorRaw', value: 'Mitsubishi Electric', raw: rawHex(data.subarray(16, 18)) },
        { field: 'model', value: model, raw: rawHex(data.subarray(0, 16)) },
      ];
};

/** Of MELSOFT: the first byte of requests and of answers, and that of what stands behind 19 bytes of route and the length. */
const melsoftFrames: ReadonlyMap<number, number> = new Map([
  [0x57, 0x1c],
  [0xd7, 0x9c],
]);
const melsoftAnswer = 0xd7;
const melsoftHeader = 21;
/** In an answer the command, a running number and a result stand before its data. */
const melsoftPrefix = 6;
/** Questions for the model, of Q and of iQ-F. */
const melsoftModel: ReadonlySet<number> = new Set([0x0101, 0x0121]);

/** Length of the frame of MELSOFT at the start of the bytes; undefined while too little is there, 0 for what is none. */
const melsoftLength = (bytes: Buffer): number | undefined => {
  if (bytes.length === 0) return undefined;
  const inner = melsoftFrames.get(bytes.readUInt8(0));
  if (inner === undefined) return 0;
  if (bytes.length <= melsoftHeader) return undefined;
  const length = bytes.readUInt16LE(19);
  return bytes.readUInt16BE(5) === 0x1111 && bytes.readUInt8(melsoftHeader) === inner && length > 3
    ? melsoftHeader + length
    : 0;
};

/** What an answer of MELSOFT, which is its maker's own, tells. The third byte behind the length says where its command stands. */
const melsoftFacts = (bytes: Buffer): DeviceFact[] => {
  const at = melsoftHeader + 2 + bytes.readUInt8(melsoftHeader + 2);
  const isModel = melsoftModel.has(bytes.readUInt16BE(at)) && bytes.readUInt16LE(at + 4) === 0;
  const facts = isModel ? modelFacts(bytes.subarray(at + melsoftPrefix)) : [];
  return facts.length > 0
    ? facts
    : [{ field: 'vendorRaw', value: 'Mitsubishi Electric', raw: rawHex(bytes.subarray(0, melsoftHeader)) }];
};

export const melsec: PassiveProtocol = {
  protocol: 'melsec',
  tcp: ports,
  udp: ports,
  lengthOf: (bytes) => {
    const frame = frameOf(bytes);
    return frame === undefined ? undefined : frame === 'none' ? melsoftLength(bytes) : frame.length;
  },
  reader: () => {
    /** An answer does not repeat its command: only one behind its question is read. */
    const questions = boundedMap<number>(maxQuestions);
    return ({ bytes, isFromServer, isToServer, conversation }) => {
      const frame = frameOf(bytes);
      if (frame === 'none') {
        const length = melsoftLength(bytes) ?? 0;
        const isAnswer = length > 0 && length <= bytes.length && bytes.readUInt8(0) === melsoftAnswer;
        return isAnswer && isFromServer ? [{ facts: melsoftFacts(bytes.subarray(0, length)) }] : [];
      }
      if (frame === undefined || frame.length > bytes.length) return [];
      const key = `${conversation} ${frame.serial}`;
      const { data, isAnswer } = frame;
      if (!isAnswer) {
        if (!isToServer || data.length < 6) return [];
        const command = data.readUInt16LE(2);
        questions.set(key, command);
        const control = commands.get(command);
        return control === undefined ? [] : [{ control }];
      }
      const asked = questions.get(key);
      questions.delete(key);
      if (!isFromServer || asked === undefined || data.length < 2) return [];
      return [asked === readModel && data.readUInt16LE(0) === 0 ? { facts: modelFacts(data.subarray(2)) } : {}];
    };
  },
};
