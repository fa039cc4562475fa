import { counted, hex, le16, le32 } from './bytes.ts';
import type { Spoken } from './frames.ts';
import type { Plan } from './plan.ts';

// EtherNet/IP encapsulation (CIP Vol. 2, chapter 2) and CIP (Vol. 1).

const session = 7;
const encapsulated = (command: number, data: Buffer): Buffer =>
  Buffer.concat([le16(command), le16(data.length), le32(session), le32(0), Buffer.alloc(8), le32(0), data]);
const unconnected = (cip: Buffer): Buffer =>
  encapsulated(0x6f, Buffer.concat([le32(0), le16(0), le16(2), le32(0), le16(0xb2), le16(cip.length), cip]));
let count = 0;
const connected = (cip: Buffer): Buffer => {
  count += 1;
  const item = Buffer.concat([le16(count), cip]);
  return encapsulated(
    0x70,
    Buffer.concat([
      le32(0),
      le16(0),
      le16(2),
      le16(0xa1),
      le16(4),
      le32(0x11223344),
      le16(0xb1),
      le16(item.length),
      item,
    ]),
  );
};
const request = (service: number, classId: number, data: Buffer = Buffer.alloc(0), instance = 1): Buffer => {
  const path =
    classId < 0x100
      ? Buffer.of(0x20, classId, 0x24, instance)
      : Buffer.concat([hex('2100'), le16(classId), Buffer.of(0x24, instance)]);
  return Buffer.concat([Buffer.of(service, path.length / 2), path, data]);
};
const toSlot = (slot: number, inner: Buffer): Buffer =>
  request(
    0x52,
    6,
    Buffer.concat([hex('0a05'), le16(inner.length), inner, Buffer.alloc(inner.length % 2), Buffer.of(1, 0, 1, slot)]),
  );
const several = (...inner: Buffer[]): Buffer => {
  let at = 2 + inner.length * 2;
  const offsets = inner.map((one) => {
    const offset = at;
    at += one.length;
    return le16(offset);
  });
  return request(0x0a, 2, Buffer.concat([le16(inner.length), ...offsets, ...inner]));
};
/** Length of who asks, vendor, serial; command, status, transaction, function. */
const pccc = (code: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  request(0x4b, 0x67, Buffer.concat([hex('07 0100 78563412'), hex('0f00'), le16(1), Buffer.of(code), data]));

const identity = Buffer.concat([
  le16(1),
  Buffer.alloc(16),
  le16(1),
  le16(14),
  le16(54),
  Buffer.of(20, 11),
  le16(0x30),
  le32(0x00c0ffee),
  counted('1756-L61/B'),
  Buffer.of(3),
]);
const listIdentity: Spoken[] = [
  { by: 'client', bytes: encapsulated(0x63, Buffer.alloc(0)) },
  { by: 'server', bytes: encapsulated(0x63, Buffer.concat([le16(1), le16(0x0c), le16(identity.length), identity])) },
];
const asked = (bytes: Buffer): Spoken => ({ by: 'client', bytes });

const cip: Plan = {
  name: 'cip',
  transport: 'tcp',
  port: 44_818,
  spoken: [
    ...listIdentity,
    asked(unconnected(request(0x05, 1, Buffer.of(0)))),
    asked(unconnected(toSlot(3, request(0x05, 1, Buffer.of(0))))),
    asked(connected(request(0x07, 0x8e))),
    asked(connected(request(0x06, 0x8e))),
    asked(connected(several(request(0x08, 0x68, Buffer.of(0)), request(0x10, 0x6a, hex('0100')), request(0x0e, 1)))),
    asked(connected(request(0x04, 0x0338, hex('0000')))),
    asked(unconnected(request(0x4c, 0x37, hex('00')))),
    // Reading a tag, and an attribute of a vendor's class.
    asked(connected(request(0x4c, 0x6b, hex('0100')))),
    asked(connected(request(0x0e, 0x8e))),
    // An answer is no command.
    { by: 'server', bytes: unconnected(Buffer.concat([Buffer.of(0x85, 0, 0, 0)])) },
  ],
  judge: [
    'enip.lir.name == "1756-L61/B" && enip.lir.vendor == 1',
    'cip.service == 0x05 && cip.class == 0x01',
    'cip.service == 0x52 && cip.service == 0x05',
    'cip.service == 0x07 && cip.class == 0x8e',
    'cip.service == 0x06 && cip.class == 0x8e',
    'cip.service == 0x0a && cip.service == 0x08 && cip.class == 0x68',
    'cip.service == 0x0a && cip.service == 0x10 && cip.class == 0x6a',
    'cip.service == 0x04 && cip.class == 0x338',
    'cip.service == 0x4c && cip.class == 0x37',
  ],
  record: { vendor: 'Rockwell Automation', model: '1756-L61/B', firmware: '20.011', serial: '0x00c0ffee' },
  control: [
    'cip-reset: slot 3',
    'cip-stop: class 0x8e',
    'cip-start: class 0x8e',
    'cip-vendor-write: class 0x68; class 0x6a; class 0x338',
    'cip-file-download',
  ],
};

const inPccc: Plan = {
  name: 'pccc',
  transport: 'tcp',
  port: 44_818,
  spoken: [
    ...listIdentity,
    asked(unconnected(pccc(0x80, Buffer.of(1)))),
    asked(unconnected(pccc(0x50))),
    asked(unconnected(pccc(0x0a))),
    asked(unconnected(pccc(0xa2, hex('0207890000')))),
  ],
  judge: [
    'cip.pccc.cmd.code == 0x0f && cip.pccc.fnc.code_0f == 0x80',
    'cip.pccc.fnc.code_0f == 0x50',
    'cip.pccc.fnc.code_0f == 0x0a',
    'cip.pccc.fnc.code_0f == 0xa2',
  ],
  record: { vendor: 'Rockwell Automation' },
  control: ['pccc-mode: mode 0x01', 'pccc-download', 'pccc-restart'],
};

export const cipPlans: readonly Plan[] = [cip, inPccc];
