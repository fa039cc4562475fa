import { be16, counted, hex, padded } from './bytes.ts';
import type { Spoken } from './frames.ts';
import type { Plan } from './plan.ts';

// TPKT (RFC 1006), COTP (X.224), S7comm as Wireshark dissects it; S7CommPlus as far as its answer to CreateObject is known.

const cotp = (body: Buffer): Buffer => Buffer.concat([Buffer.of(3, 0), be16(7 + body.length), hex('02f080'), body]);
const byClient = (body: Buffer): Spoken => ({ by: 'client', bytes: cotp(body) });
const byServer = (body: Buffer): Spoken => ({ by: 'server', bytes: cotp(body) });

let reference = 0;
const pdu = (
  kind: number,
  parameter: Buffer,
  data: Buffer = Buffer.alloc(0),
  error: Buffer = Buffer.alloc(0),
): Buffer => {
  reference += 1;
  return Buffer.concat([
    Buffer.of(0x32, kind, 0, 0),
    be16(reference),
    be16(parameter.length),
    be16(data.length),
    error,
    parameter,
    data,
  ]);
};

const connect: Spoken[] = [
  { by: 'client', bytes: hex('03000016 11e00000000100c0010ac1020100c2020102') },
  { by: 'server', bytes: hex('03000016 11d00001000200c0010ac1020100c2020102') },
  byClient(pdu(1, hex('f0000001000101e0'))),
  byServer(pdu(3, hex('f0000001000100f0'), Buffer.alloc(0), hex('0000'))),
];

const invocation = (service: string, argument: Buffer = Buffer.alloc(0)): Spoken =>
  byClient(
    pdu(1, Buffer.concat([Buffer.of(0x28), hex('000000000000fd'), be16(argument.length), argument, counted(service)])),
  );
const blocks = (...names: string[]): Buffer =>
  Buffer.concat([Buffer.of(names.length, 0), ...names.map((name) => Buffer.from(name, 'latin1'))]);

const download = (code: number, name: string, rest: Buffer = Buffer.alloc(0)): Buffer =>
  pdu(1, Buffer.concat([Buffer.of(code, 0), hex('0100 00000000'), counted(name), rest]));

/** Records of SZL 0x0011: index, MlfB, BGTyp, Ausbg1, Ausbg2. */
const record = (index: number, order: string, first: number, second: number): Buffer =>
  Buffer.concat([be16(index), padded(order, 20), hex('00c0'), be16(first), be16(second)]);
const identification = [
  record(1, '6ES7 315-2EH14-0AB0', 5, 1),
  record(6, '6ES7 315-2EH14-0AB0', 5, 1),
  record(7, '', 0x5603, 0x0207),
  record(0x81, 'Boot Loader', 0x4120, 0x0909),
];
const szl = (): Spoken => {
  const list = Buffer.concat([be16(0x11), be16(0), be16(28), be16(identification.length), ...identification]);
  return byServer(pdu(7, hex('000112081284010100000000'), Buffer.concat([hex('ff09'), be16(list.length), list])));
};

const userdata = (group: number, code: number, data: Buffer): Spoken =>
  byClient(
    pdu(
      7,
      Buffer.concat([hex('0001120411'), Buffer.of(0x40 | group, code, 0)]),
      Buffer.concat([hex('ff09'), be16(data.length), data]),
    ),
  );

const s7comm: Plan = {
  name: 's7',
  transport: 'tcp',
  port: 102,
  spoken: [
    ...connect,
    userdata(4, 1, hex('00110000')),
    szl(),
    byClient(download(0x1a, '_0800001P', Buffer.concat([counted('1000364000330'), Buffer.alloc(0)]))),
    byServer(download(0x1b, '_0800001P')),
    byServer(download(0x1b, '_0A00017P')),
    byServer(download(0x1c, '_0800001P')),
    invocation('_INSE', blocks('0800001P', '0A00017P')),
    invocation('_DELE', blocks('0C00003P')),
    invocation('_MODU', Buffer.from('EP', 'latin1')),
    invocation('_GARB'),
    byClient(pdu(1, Buffer.concat([Buffer.of(0x29), hex('0000000000'), counted('P_PROGRAM')]))),
    invocation('P_PROGRAM', Buffer.from('C ', 'latin1')),
    invocation('P_PROGRAM'),
    invocation('_N_SEL_F', Buffer.from('01', 'latin1')),
    userdata(7, 2, hex('0020 24050607080900 03')),
    userdata(1, 12, hex('00000000')),
  ],
  judge: [
    's7comm.szl.xy11.0001.anz == "6ES7 315-2EH14-0AB0 " && s7comm.szl.xy11.0001.ausbg == 5',
    's7comm.param.func == 0x1a && s7comm.data.blockcontrol.block_number == "00001"',
    's7comm.param.func == 0x1b && s7comm.data.blockcontrol.block_number == "00017"',
    's7comm.param.func == 0x29 && s7comm.param.pistart.servicename == "P_PROGRAM"',
    's7comm.param.pistart.servicename == "_INSE"',
    's7comm.param.pistart.servicename == "_DELE"',
    's7comm.param.pistart.servicename == "_MODU"',
    's7comm.param.pistart.servicename == "_GARB"',
    's7comm.param.pistart.servicename == "P_PROGRAM" && s7comm.param.pistart.argument == "C "',
    's7comm.param.pistart.servicename == "_N_SEL_F"',
    's7comm.param.userdata.funcgroup == 7 && s7comm.param.userdata.subfunc == 2',
    's7comm.param.userdata.funcgroup == 1 && s7comm.param.userdata.subfunc == 12',
  ],
  record: { vendor: 'Siemens', orderNumber: '6ES7 315-2EH14-0AB0', firmware: 'V3.2.7', hwVersion: '5' },
  control: [
    's7-download-request: OB 1',
    's7-download-block: OB 1; DB 17',
    's7-insert-block: OB 1, DB 17',
    's7-delete-block: FC 3',
    's7-copy-to-rom',
    's7-compress',
    's7-stop',
    's7-cold-start',
    's7-start',
    's7-service: _N_SEL_F',
    's7-set-clock: 2024-05-06 07:08:09',
    's7-memory-reset',
  ],
};

/** A variable-length number of S7CommPlus: seven bits a byte, the last without its first bit. */
const variable = (value: number): Buffer =>
  value < 0x80 ? Buffer.of(value) : Buffer.concat([Buffer.of(0x80 | (value >> 7)), Buffer.of(value & 0x7f)]);
/** An attribute: 0xa3, its number, flags, type, value. */
const attribute = (id: number, value: Buffer): Buffer => Buffer.concat([Buffer.of(0xa3), variable(id), value]);
const text = (value: string): Buffer => Buffer.concat([hex('0015'), counted(value)]);
const createObject = Buffer.concat([
  hex('32 0000 04ca 0000 0001 36'),
  // Return value, two objects, then the object of the session.
  hex('00 02 8787 8e50 8787 8e51'),
  hex('a1 00000120 821f 0000'),
  attribute(233, text('Engineering')),
  attribute(
    306,
    Buffer.concat([
      hex('0017 0000013a'),
      variable(315),
      hex('0004 03'),
      variable(319),
      text('1;6ES7 511-1AK00-0AB0;V1.0'),
      hex('00'),
    ]),
  ),
  hex('a2 00000000'),
]);

const s7Plus: Plan = {
  name: 's7-plus',
  transport: 'tcp',
  port: 102,
  spoken: [
    ...connect.slice(0, 2),
    byServer(Buffer.concat([hex('7201'), be16(createObject.length), createObject, hex('72010000')])),
  ],
  // Wireshark has no dissector of it: it shows the text in the data of COTP.
  judge: ['cotp.type == 0x0f && frame contains "1;6ES7 511-1AK00-0AB0;V1.0"'],
  record: { vendor: 'Siemens', orderNumber: '6ES7 511-1AK00-0AB0', firmware: 'V1.0' },
  control: [],
};

export const s7Plans: readonly Plan[] = [s7comm, s7Plus];
