import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { ControlCommand } from '../pcap/types.ts';
import type { PassiveProtocol } from './types.ts';

// ADS in AMS over TCP (Beckhoff TwinCAT, "AMS/ADS specification"): six bytes of TCP, 32 of AMS, then data.

const tcpHeaderBytes = 6;
const headerBytes = 32;
const maxDataBytes = 65_536;
const isResponse = 0x0001;

const readDeviceInfo = 1;
const write = 3;
const readState = 4;
const writeControl = 5;
const readWrite = 9;

/** States of ADS (AdsState); the others are passed by. */
const modes: ReadonlyMap<number, string> = new Map([
  [5, 'RUN'],
  [6, 'STOP'],
  [15, 'CONFIG'],
]);

const controls: ReadonlyMap<number, ControlCommand> = new Map([
  [2, 'ads-reset'],
  [4, 'ads-start'],
  [5, 'ads-start'],
  [6, 'ads-stop'],
  [12, 'ads-shutdown'],
  [15, 'ads-config'],
  [16, 'ads-config'],
]);

/** Index group of the system service that writes an open file (SYSTEMSERVICE_FWRITE). */
const fileWrite = 123;

const answerFacts = (command: number, data: Buffer): DeviceFact[] => {
  if (data.length < 8 || data.readUInt32LE(0) !== 0) return [];
  // The protocol is its maker's own.
  const vendor: DeviceFact = { field: 'vendorRaw', value: 'Beckhoff', raw: 'ADS' };
  if (command === readDeviceInfo && data.length >= 24) {
    const version = `${data.readUInt8(4)}.${data.readUInt8(5)}.${data.readUInt16LE(6)}`;
    const name = data.subarray(8, 24);
    const end = name.indexOf(0);
    const text = cleanText(end === -1 ? name : name.subarray(0, end)).trim();
    return [
      vendor,
      { field: 'softwareVersion', value: version, raw: rawHex(data.subarray(4, 8)) },
      ...(text === '' ? [] : [{ field: 'description', value: text, raw: rawHex(name) }]),
    ];
  }
  const mode = command === readState ? modes.get(data.readUInt16LE(4)) : undefined;
  return mode === undefined ? [vendor] : [vendor, { field: 'mode', value: mode, raw: rawHex(data.subarray(4, 6)) }];
};

export const ads: PassiveProtocol = {
  protocol: 'ads',
  tcp: [48_898],
  lengthOf: (bytes) => {
    if (bytes.length < tcpHeaderBytes) return undefined;
    const length = bytes.readUInt32LE(2);
    if (bytes.readUInt16LE(0) !== 0) return 0;
    return length < headerBytes || length > headerBytes + maxDataBytes ? 0 : tcpHeaderBytes + length;
  },
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      const message = bytes.subarray(tcpHeaderBytes);
      const [command, flags] = [message.readUInt16LE(16), message.readUInt16LE(18)];
      const data = message.subarray(headerBytes);
      if ((flags & isResponse) !== 0) return isFromServer ? [{ facts: answerFacts(command, data) }] : [];
      if (isFromServer) return [];
      // Whom it is for inside the controller: 851 is the first runtime, 10000 the system.
      const detail = `port ${message.readUInt16LE(6)}`;
      if (command === writeControl && data.length >= 4) {
        const state = data.readUInt16LE(0);
        const control = controls.get(state);
        return [
          control === undefined ? { control: 'ads-control', detail: `${detail}, state ${state}` } : { control, detail },
        ];
      }
      const isWrite = command === write || command === readWrite;
      return isWrite && data.length >= 4 && data.readUInt32LE(0) === fileWrite
        ? [{ control: 'ads-file-write', detail }]
        : [];
    },
};
