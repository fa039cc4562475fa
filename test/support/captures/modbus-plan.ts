import { be16, counted, hex } from './bytes.ts';
import type { Plan } from './plan.ts';

// Modbus Application Protocol 1.1b3 in Modbus/TCP.

let transaction = 0;
const unit = (body: Buffer): Buffer => {
  transaction += 1;
  return Buffer.concat([be16(transaction), be16(0), be16(1 + body.length), Buffer.of(255), body]);
};
const objects = ['Example Works', 'EX-1', '1.2'].flatMap((value, id) => [Buffer.of(id), counted(value)]);

export const modbusPlan: Plan = {
  name: 'modbus',
  transport: 'tcp',
  port: 502,
  spoken: [
    { by: 'client', bytes: unit(hex('2b0e0100')) },
    { by: 'server', bytes: unit(Buffer.concat([hex('2b0e01010000'), Buffer.of(3), ...objects])) },
    { by: 'client', bytes: unit(hex('0800010000')) },
    { by: 'client', bytes: unit(hex('0800040000')) },
    { by: 'client', bytes: unit(hex('1509 06 0001 0000 0001 1234')) },
    { by: 'client', bytes: unit(hex('0800001234')) },
  ],
  judge: [
    'modbus.object_str_value == "Example Works" && modbus.object_str_value == "EX-1"',
    'modbus.func_code == 8 && modbus.diagnostic_code == 1',
    'modbus.func_code == 8 && modbus.diagnostic_code == 4',
    'modbus.func_code == 21',
  ],
  record: { vendor: 'Example Works', orderNumber: 'EX-1', firmware: '1.2' },
  control: ['modbus-restart', 'modbus-listen-only', 'modbus-write-file'],
};
