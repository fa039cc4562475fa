import { hex, le16 } from './bytes.ts';
import type { Plan } from './plan.ts';

// IEC 60870-5-104: start, length, four octets of control; a unit has type, number, cause, station, then objects.

let sent = 0;
const unit = (type: number, cause: number, object: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.of(type, 1), le16(cause), le16(47), object]);
  sent += 1;
  return Buffer.concat([Buffer.of(0x68, 4 + body.length), le16(sent << 1), le16(0), body]);
};

export const iec104Plan: Plan = {
  name: 'iec104',
  transport: 'tcp',
  port: 2_404,
  spoken: [
    { by: 'client', bytes: hex('680407000000') },
    { by: 'server', bytes: hex('68040b000000') },
    // A single point, spontaneously.
    { by: 'server', bytes: unit(1, 3, hex('0a0000 01')) },
    { by: 'client', bytes: unit(105, 6, hex('000000 01')) },
    { by: 'client', bytes: unit(112, 6, hex('0b0000 0000803f 01')) },
    { by: 'client', bytes: unit(125, 13, hex('010000 0100 01 04 01020304')) },
    // A question for everything.
    { by: 'client', bytes: unit(100, 6, hex('000000 14')) },
  ],
  judge: [
    'iec60870_104.utype == 0x02',
    'iec60870_asdu.typeid == 1 && iec60870_asdu.addr == 47',
    'iec60870_asdu.typeid == 105 && iec60870_asdu.causetx == 6',
    'iec60870_asdu.typeid == 112',
    'iec60870_asdu.typeid == 125',
  ],
  record: { description: 'ASDU 47' },
  control: ['iec104-reset', 'iec104-parameter', 'iec104-write-file'],
};
