import { be16, be32, hex, padded } from './bytes.ts';
import type { Spoken } from './frames.ts';
import type { Plan } from './plan.ts';

// FINS (Omron W342), as datagrams and in TCP (W421).

const header = (icf: number): Buffer => Buffer.concat([Buffer.of(icf), hex('00 02 00 01 00 00 0a 00 05')]);
const asked = (command: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([header(0x80), be16(command), data]);
const answered = (command: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([header(0xc0), be16(command), be16(0), data]);
const controllerData = Buffer.concat([
  padded('CJ2M-CPU33', 20),
  padded('02.01', 20),
  Buffer.alloc(40),
  hex('0014 80 0020 80 00 00 00 00 00 00'),
]);
const status = Buffer.concat([hex('01 04 0000 0000 0000 0000'), padded('', 16)]);

const spoken = (wrap: (frame: Buffer) => Buffer): Spoken[] => [
  { by: 'client', bytes: wrap(asked(0x0501)) },
  { by: 'server', bytes: wrap(answered(0x0501, controllerData)) },
  { by: 'client', bytes: wrap(asked(0x0601)) },
  { by: 'server', bytes: wrap(answered(0x0601, status)) },
  { by: 'client', bytes: wrap(asked(0x0402)) },
  { by: 'client', bytes: wrap(asked(0x0307, hex('ffff 00000000 8004 11223344'))) },
  { by: 'client', bytes: wrap(asked(0x0401, hex('ffff 04'))) },
  { by: 'client', bytes: wrap(asked(0x0702, hex('24 05 06 07 08 09 01'))) },
  { by: 'client', bytes: wrap(asked(0x0403)) },
  // Reading memory.
  { by: 'client', bytes: wrap(asked(0x0101, hex('82 0000 00 0001'))) },
];
const record = { vendor: 'Omron', model: 'CJ2M-CPU33', firmware: '02.01', mode: 'RUN' };
const control = ['fins-stop', 'fins-program-write', 'fins-run', 'fins-set-clock', 'fins-reset'];
const judge = [
  'omron.controller.model contains "CJ2M-CPU33" && omron.controller.version contains "02.01"',
  'omron.command == 0x0402',
  'omron.command == 0x0307',
  'omron.command == 0x0401',
  'omron.command == 0x0702',
  'omron.command == 0x0403',
];

export const finsPlans: readonly Plan[] = [
  {
    name: 'fins-udp',
    transport: 'udp',
    port: 9_600,
    clientPort: 9_600,
    spoken: spoken((frame) => frame),
    judge,
    record,
    control,
  },
  {
    name: 'fins-tcp',
    transport: 'tcp',
    port: 9_600,
    spoken: spoken((frame) =>
      Buffer.concat([Buffer.from('FINS', 'latin1'), be32(8 + frame.length), be32(2), be32(0), frame]),
    ),
    judge,
    record,
    control,
  },
];
