import { counted, hex, le16, le32 } from './bytes.ts';
import type { Spoken } from './frames.ts';
import type { Plan } from './plan.ts';

// DNP3 (IEEE 1815): link frames with their checksums, worked out bit by bit, transport, application.

const crc = (bytes: Buffer): Buffer => {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xa6bc : value >>> 1;
  }
  return le16(~value & 0xffff);
};

const frame = (control: number, target: number, source: number, data: Buffer): Buffer => {
  const head = Buffer.concat([hex('0564'), Buffer.of(5 + data.length, control), le16(target), le16(source)]);
  const parts = [head, crc(head)];
  for (let at = 0; at < data.length; at += 16) {
    const block = data.subarray(at, at + 16);
    parts.push(block, crc(block));
  }
  return Buffer.concat(parts);
};

const [master, outstation] = [1, 10];
let number = 0;
/** Segments of at most 249 bytes; the first and the last are marked. */
const segments = (fragment: Buffer, by: Spoken['by']): Spoken[] => {
  const found: Spoken[] = [];
  for (let at = 0; at < fragment.length; at += 249) {
    const isLast = at + 249 >= fragment.length;
    const transport = Buffer.of((isLast ? 0x80 : 0) | (at === 0 ? 0x40 : 0) | (number & 0x3f));
    number += 1;
    const data = Buffer.concat([transport, fragment.subarray(at, at + 249)]);
    found.push({
      by,
      bytes: by === 'client' ? frame(0xc4, outstation, master, data) : frame(0x44, master, outstation, data),
    });
  }
  return found;
};
const asked = (code: number, objects: Buffer = Buffer.alloc(0)): Spoken[] =>
  segments(Buffer.concat([Buffer.of(0xc1, code), objects]), 'client');
/** Control, function 129, indications. */
const answered = (objects: Buffer): Spoken[] => segments(Buffer.concat([hex('c1 81 0000'), objects]), 'server');
/** Group 0, one attribute of set 0 as a visible string. */
const attribute = (variation: number, value: string): Buffer =>
  Buffer.concat([Buffer.of(0, variation, 0, 0, 0, 1), counted(value)]);
const name = 'config.bin';
const openToWrite = Buffer.concat([
  hex('46 03 5b 01'),
  le16(26 + name.length),
  le16(26),
  le16(name.length),
  Buffer.alloc(6),
  le16(0x1ff),
  le32(0),
  le32(1_024),
  le16(2),
  le16(512),
  le16(1),
  Buffer.from(name, 'latin1'),
]);

export const dnp3Plan: Plan = {
  name: 'dnp3',
  transport: 'tcp',
  port: 20_000,
  spoken: [
    ...asked(1, hex('00 fe 06')),
    ...answered(
      Buffer.concat([
        attribute(242, '4.7.1'),
        attribute(243, 'B'),
        attribute(246, 'x'.repeat(200)),
        attribute(247, 'Pump station 3'),
        attribute(248, 'SN-0042'),
        attribute(250, 'RTU-X'),
        attribute(252, 'Example Works'),
      ]),
    ),
    ...asked(13),
    ...asked(14),
    ...asked(18),
    ...asked(17),
    ...asked(19),
    ...asked(25, openToWrite),
    // Reading the clock.
    ...asked(1, hex('32 01 07 01')),
  ],
  judge: [
    'dnp3.al.func == 129 && dnp3.al.da.value == "Example Works" && dnp3.al.da.value == "RTU-X"',
    'dnp3.al.func == 13 && dnp3.dst == 10 && dnp3.src == 1',
    'dnp3.al.func == 14',
    'dnp3.al.func == 18',
    'dnp3.al.func == 17',
    'dnp3.al.func == 19',
    'dnp3.al.func == 25 && dnp3.al.file.mode == 2 && dnp3.al.file_name == "config.bin"',
  ],
  record: {
    vendor: 'Example Works',
    model: 'RTU-X',
    firmware: '4.7.1',
    hwVersion: 'B',
    serial: 'SN-0042',
    name: 'Pump station 3',
  },
  control: [
    'dnp3-cold-restart',
    'dnp3-warm-restart',
    'dnp3-stop',
    'dnp3-start',
    'dnp3-save-configuration',
    'dnp3-write-file: config.bin',
  ],
};
