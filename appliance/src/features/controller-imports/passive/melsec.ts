import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';
import { boundedMap, type PassiveProtocol } from './types.ts';

// MELSEC communication protocol and SLMP, frames 3E and 4E in binary (Mitsubishi Electric SH-080008; CLPA BAP-C2006). The port is
// set in the controller; these are the ones of the manuals and the usual choices.

const ports = [1_025, 1_280, 5_000, 5_001, 5_002, 5_006, 5_007, 5_010];

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

const modelFacts = (data: Buffer): DeviceFact[] => {
  const model = data.length < 20 ? '' : cleanText(data.subarray(2, 18)).trim();
  return model === ''
    ? []
    : [
        // The protocol is its maker's; the name of the model is the answer to nothing else.
        { field: 'vendorRaw', value: 'Mitsubishi Electric', raw: rawHex(data.subarray(18, 20)) },
        { field: 'model', value: model, raw: rawHex(data.subarray(2, 18)) },
      ];
};

export const melsec: PassiveProtocol = {
  protocol: 'melsec',
  tcp: ports,
  udp: ports,
  lengthOf: (bytes) => {
    const frame = frameOf(bytes);
    return frame === undefined ? undefined : frame === 'none' ? 0 : frame.length;
  },
  reader: () => {
    /** An answer does not repeat its command: only one behind its question is read. */
    const questions = boundedMap<number>(maxQuestions);
    return ({ bytes, isFromServer, isToServer, conversation }) => {
      const frame = frameOf(bytes);
      if (frame === undefined || frame === 'none' || frame.length > bytes.length) return [];
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
      return [asked === readModel && data.readUInt16LE(0) === 0 ? { facts: modelFacts(data) } : {}];
    };
  },
};
