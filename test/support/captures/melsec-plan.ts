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

/** Both sides on one port, as two controllers speak. */
export const melsecPlans: readonly Plan[] = [
  overTcp,
  { ...overTcp, name: 'melsec-udp', transport: 'udp', port: 5_006, clientPort: 5_006 },
];
