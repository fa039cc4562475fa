import { be16, hex, padded } from './bytes.ts';
import type { Plan } from './plan.ts';

// HART-IP (TS20085) around frames of HART (TS20081).

let sequence = 0;
const message = (type: number, id: number, body: Buffer): Buffer => {
  sequence += 1;
  return Buffer.concat([Buffer.of(1, type, id, 0), be16(sequence), be16(8 + body.length), body]);
};
const withCheck = (frame: Buffer): Buffer =>
  Buffer.concat([frame, Buffer.of(frame.reduce((sum, byte) => sum ^ byte, 0))]);
const shortAsked = (command: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  withCheck(Buffer.concat([Buffer.of(0x02, 0x80, command, data.length), data]));
const shortAnswered = (command: number, data: Buffer): Buffer =>
  withCheck(Buffer.concat([Buffer.of(0x06, 0x80, command, 2 + data.length, 0, 0), data]));
const own = hex('a6 5a 010203');
const other = hex('91 4d 0a0b0c');
const longAsked = (address: Buffer, command: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  withCheck(Buffer.concat([Buffer.of(0x82), address, Buffer.of(command, data.length), data]));
const longAnswered = (address: Buffer, command: number, data: Buffer): Buffer =>
  withCheck(Buffer.concat([Buffer.of(0x86), address, Buffer.of(command, 2 + data.length, 0, 0), data]));

/** 254, type, preambles, revisions of protocol, device, software and hardware, flags, number, then the maker. */
const identity = hex('fe 265a 05 07 03 0b 29 00 010203 05 04 0001 00 0026 0026 01');

export const hartIpPlan: Plan = {
  name: 'hart-ip',
  transport: 'udp',
  port: 5_094,
  spoken: [
    { by: 'client', bytes: message(0, 0, hex('01 0000ea60')) },
    { by: 'server', bytes: message(1, 0, hex('01 0000ea60')) },
    { by: 'client', bytes: message(0, 3, shortAsked(0)) },
    { by: 'server', bytes: message(1, 3, shortAnswered(0, identity)) },
    { by: 'client', bytes: message(0, 3, longAsked(own, 20)) },
    { by: 'server', bytes: message(1, 3, longAnswered(own, 20, padded('FT-101', 32))) },
    // A device on its loop, which has no address of its own.
    { by: 'client', bytes: message(0, 3, longAsked(other, 20)) },
    { by: 'server', bytes: message(1, 3, longAnswered(other, 20, padded('TT-999', 32))) },
    { by: 'client', bytes: message(0, 3, longAsked(own, 42)) },
    { by: 'client', bytes: message(0, 3, longAsked(other, 35, hex('07 42c80000 00000000'))) },
  ],
  judge: [
    'hart_ip.pt.command == 0 && hart_ip.pt.rsp.software_rev == 11 && hart_ip.pt.rsp.expanded_device_type == 0x265a',
    'hart_ip.pt.command == 0 && hart_ip.pt.rsp.manufacturer_Id == 0x26',
    'hart_ip.pt.command == 20 && hart_ip.pt.rsp.tag contains "FT-101"',
    'hart_ip.message_type == 0 && hart_ip.pt.command == 42',
    'hart_ip.message_type == 0 && hart_ip.pt.command == 35',
  ],
  record: {
    vendor: 'Emerson',
    deviceType: 'HART 0x265a',
    firmware: '11',
    hwVersion: '5',
    deviceId: '010203',
    name: 'FT-101',
  },
  control: ['hart-reset', 'hart-write: command 35'],
};
