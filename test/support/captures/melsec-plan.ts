import { hex, le16, padded } from './bytes.ts';
import type { Plan } from './plan.ts';

// MELSEC communication protocol, frame 3E in binary (SH-080008).

const route = hex('00 ff ff03 00');
const asked = (command: number, data: Buffer = Buffer.alloc(0)): Buffer => {
  const body = Buffer.concat([le16(0x10), le16(command), le16(0), data]);
  return Buffer.concat([hex('5000'), route, le16(body.length), body]);
};
const answered = (data: Buffer): Buffer => {
  const body = Buffer.concat([le16(0), data]);
  return Buffer.concat([hex('d000'), route, le16(body.length), body]);
};

const overTcp: Plan = {
  name: 'melsec-tcp',
  transport: 'tcp',
  port: 5_007,
  spoken: [
    { by: 'client', bytes: asked(0x0101) },
    { by: 'server', bytes: answered(Buffer.concat([padded('Q03UDVCPU', 16), le16(0x0366)])) },
    { by: 'client', bytes: asked(0x1002, hex('0100')) },
    { by: 'server', bytes: answered(Buffer.alloc(0)) },
    { by: 'client', bytes: asked(0x1006, hex('0100')) },
    { by: 'client', bytes: asked(0x1829, hex('0000 0000')) },
    { by: 'client', bytes: asked(0x1001, hex('0100 00 00')) },
    // Reading words; the answer looks like a model's name and is none.
    { by: 'client', bytes: asked(0x0401, hex('640000 a8 0900')) },
    { by: 'server', bytes: answered(padded('NOT A MODEL', 18)) },
  ],
  record: { vendor: 'Mitsubishi Electric', model: 'Q03UDVCPU' },
  control: ['melsec-stop', 'melsec-reset', 'melsec-file-write', 'melsec-run'],
};

/** MELSOFT: 19 bytes of route, a length, then a header that says where the command stands. */
const melsoft = (first: number, inner: number, header: number, command: string, rest: Buffer): Buffer => {
  const route = hex(first === 0x57 ? '000000001111070000ffff030000fe030000' : '000000001111070000ffff030000ffff0300');
  const head = Buffer.concat([Buffer.of(inner, 0, header), Buffer.alloc(header - 1), hex(command)]);
  const body = Buffer.concat([head, rest]);
  return Buffer.concat([Buffer.of(first), route, le16(body.length), body]);
};

const tools: Plan = {
  name: 'melsec-tools',
  transport: 'tcp',
  port: 5_562,
  // A port of the protocol by chance.
  clientPort: 5_001,
  spoken: [
    { by: 'client', bytes: melsoft(0x57, 0x1c, 0x16, '0121', hex('0100 00000001')) },
    {
      by: 'server',
      bytes: melsoft(
        0xd7,
        0x9c,
        0x18,
        '0121',
        Buffer.concat([hex('0100 0000'), padded('FX5U-32MT/ES', 16, '\0'), le16(0x4a29), hex('0008 00000000')]),
      ),
    },
    { by: 'client', bytes: melsoft(0x57, 0x1c, 0x16, '0410', hex('0200 00000000')) },
    // Read values look like a model's name and are none; a refusal has none.
    {
      by: 'server',
      bytes: melsoft(0xd7, 0x9c, 0x18, '0410', Buffer.concat([hex('0200 0000'), padded('NOT A MODEL', 18)])),
    },
    {
      by: 'server',
      bytes: melsoft(0xd7, 0x9c, 0x18, '0101', Buffer.concat([hex('0300 0140'), padded('REFUSED', 18)])),
    },
  ],
  record: { vendor: 'Mitsubishi Electric', model: 'FX5U-32MT/ES' },
  control: [],
};

/** Both sides on one port, as two controllers speak. */
export const melsecPlans: readonly Plan[] = [
  overTcp,
  tools,
  { ...overTcp, name: 'melsec-udp', transport: 'udp', port: 5_006, clientPort: 5_006 },
];
