import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';
import type { PassiveProtocol, Told } from './types.ts';

// FINS (Omron W342, communications commands): a header of ten bytes, the command, in answers a code of two bytes; over TCP behind
// 16 bytes that begin with "FINS" (Omron W421, 7-4).

const tcpHeaderBytes = 16;
const headerBytes = 10;
const magic = 0x46494e53;
const sendFrame = 2;
const isResponse = 0x40;

const controllerData = 0x0501;
const controllerStatus = 0x0601;

/** The low half of the status byte, then the mode (W342, 5-3-18). */
const modes: ReadonlyMap<number, string> = new Map([
  [0x00, 'PROGRAM'],
  [0x02, 'MONITOR'],
  [0x04, 'RUN'],
]);

const commands: ReadonlyMap<number, ControlCommand> = new Map([
  [0x0202, 'fins-parameter-write'],
  [0x0203, 'fins-parameter-write'],
  [0x0307, 'fins-program-write'],
  [0x0308, 'fins-program-clear'],
  [0x0401, 'fins-run'],
  [0x0402, 'fins-stop'],
  [0x0403, 'fins-reset'],
  [0x0702, 'fins-set-clock'],
  [0x2203, 'fins-file-write'],
  [0x2204, 'fins-file-write'],
  [0x2205, 'fins-file-write'],
  [0x220a, 'fins-file-write'],
  [0x220b, 'fins-file-write'],
  [0x220c, 'fins-program-write'],
  [0x2301, 'fins-force'],
]);

const text = (field: string, bytes: Buffer): DeviceFact[] => {
  const value = cleanText(bytes).trim();
  return value === '' ? [] : [{ field, value, raw: rawHex(bytes) }];
};

const answerFacts = (command: number, data: Buffer): DeviceFact[] => {
  // The protocol is its maker's own.
  const vendor: DeviceFact = { field: 'vendorRaw', value: 'Omron', raw: 'FINS' };
  if (command === controllerData && data.length >= 40)
    return [vendor, ...text('model', data.subarray(0, 20)), ...text('firmwareObserved', data.subarray(20, 40))];
  if (command !== controllerStatus || data.length < 2) return [vendor];
  const mode = modes.get(data.readUInt8(1));
  return mode === undefined ? [vendor] : [vendor, { field: 'mode', value: mode, raw: rawHex(data.subarray(0, 2)) }];
};

/** Where the frame begins: behind the header of TCP, or at once. */
const frameOf = (bytes: Buffer, transport: 'tcp' | 'udp'): Buffer => {
  if (transport === 'udp') return bytes;
  return bytes.readUInt32BE(8) === sendFrame ? bytes.subarray(tcpHeaderBytes) : Buffer.alloc(0);
};

export const fins: PassiveProtocol = {
  protocol: 'fins',
  tcp: [9_600],
  udp: [9_600],
  lengthOf: (bytes) => {
    if (bytes.length < 8) return undefined;
    const length = bytes.readUInt32BE(4);
    return bytes.readUInt32BE(0) !== magic || length < 8 || length > 4_096 ? 0 : 8 + length;
  },
  reader:
    () =>
    ({ bytes, isFromServer, isToServer, transport }): Told[] => {
      const frame = frameOf(bytes, transport);
      // A reserved byte is zero, the count of gateways small: other traffic may use the port.
      if (frame.length < headerBytes + 2 || frame.readUInt8(1) !== 0 || frame.readUInt8(2) > 7) return [];
      const [icf, command] = [frame.readUInt8(0), frame.readUInt16BE(headerBytes)];
      const node = (network: number, unit: number): number => (frame.readUInt8(network) << 8) | frame.readUInt8(unit);
      if ((icf & isResponse) === 0) {
        const control = commands.get(command);
        if (!isToServer || control === undefined) return [];
        // A network that is not the local one lies behind the address.
        const behind = frame.readUInt8(3) === 0 ? undefined : `FINS ${frame.readUInt8(3)}.${frame.readUInt8(4)}`;
        return [{ control, ...(behind === undefined ? {} : { behind }) }];
      }
      if (!isFromServer || frame.length < headerBytes + 4) return [];
      const isDone = (frame.readUInt16BE(headerBytes + 2) & 0x7f3f) === 0;
      const facts = isDone ? answerFacts(command, frame.subarray(headerBytes + 4)) : [];
      return [frame.readUInt8(6) === 0 ? { facts } : { facts, unit: node(6, 7) }];
    },
};
