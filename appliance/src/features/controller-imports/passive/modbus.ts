import { modbusFacts, modbusLength } from '@sallyport/bundle-tools/controllers/protocols/modbus/answers';
import type { ControlCommand } from '../pcap/types.ts';
import type { PassiveProtocol } from './types.ts';

/** Function 90 is one maker's programming protocol, which is not published; these of its sub-functions change the controller. */
const function90: ReadonlyMap<number, ControlCommand> = new Map([
  [0x30, 'modbus-90-download'],
  [0x40, 'modbus-90-start'],
  [0x41, 'modbus-90-stop'],
]);

/** Diagnostics, function 8 (Modbus Application Protocol 1.1b3, 6.8). */
const diagnostics: ReadonlyMap<number, ControlCommand> = new Map([
  [0x0001, 'modbus-restart'],
  [0x0004, 'modbus-listen-only'],
]);

/** What a request changes about the controller itself; undefined for reading and for process values. */
const control = (unit: Buffer): ControlCommand | undefined => {
  if (unit.length < 10) return undefined;
  switch (unit.readUInt8(7)) {
    case 0x5a:
      return function90.get(unit.readUInt8(9));
    case 0x08:
      return diagnostics.get(unit.readUInt16BE(8));
    case 0x15:
      return 'modbus-write-file';
    default:
      return undefined;
  }
};

export const modbus: PassiveProtocol = {
  protocol: 'modbus',
  tcp: [502],
  lengthOf: modbusLength,
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      if (!isFromServer) {
        const what = control(bytes);
        return what === undefined ? [] : [{ control: what }];
      }
      const facts = modbusFacts(bytes);
      return [facts.length === 0 ? {} : { facts, unit: bytes.readUInt8(6) }];
    },
};
