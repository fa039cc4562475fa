import { szlAnswer } from '../../src/controllers/protocols/s7/answers.ts';
import { s7Of } from '../../src/controllers/protocols/s7/requests.ts';

// An S7 CPU in a few lines: system status lists, in parts where they are long, refusals where they are not there.

const tpkt = (body: Buffer): Buffer => {
  const head = Buffer.from([3, 0, 0, 0, 2, 0xf0, 0x80]);
  head.writeUInt16BE(head.length + body.length, 2);
  return Buffer.concat([head, body]);
};

const padded = (text: string, length: number, fill = ' '): Buffer => {
  const bytes = Buffer.alloc(length, fill);
  bytes.write(text, 'latin1');
  return bytes;
};

/** One record of SZL 0x0011. */
export const identityRecord = (index: number, order: string, last: readonly number[]): Buffer =>
  Buffer.concat([Buffer.of(index >> 8, index & 0xff), padded(order, 20), Buffer.of(0, 0xc0), Buffer.from(last)]);

/** One record of SZL 0x001C. */
const nameRecord = (index: number, text: string): Buffer =>
  Buffer.concat([Buffer.of(0, index), padded(text, 32, '\0')]);

/** One record of SZL 0x0232/4 with its checksums under a mark. */
export const protectionRecord = (level: number, key: number, mark: number): Buffer => {
  const record = Buffer.alloc(40);
  record.writeUInt16BE(4, 0);
  for (const [at, value] of [
    [2, level],
    [6, level],
    [8, key],
    [14, mark],
    [16, 0x1234],
    [18, 0x5678],
    [20, 0x9abc],
    [22, 0xdef0],
  ] as const)
    record.writeUInt16BE(value, at);
  return record;
};

export const modeRecord = (mode: number): Buffer =>
  Buffer.concat([Buffer.of(0x51, 0x44, 0xff, mode), Buffer.alloc(16)]);

export type Lists = ReadonlyMap<number, { records: readonly Buffer[] } | { text: string } | { refused: number }>;

type ControllerOptions = {
  /** By number; asked anew at each read, so that a mode may change. */
  lists: () => Lists;
  /** Bytes of a list in one message. */
  partBytes?: number;
  refuses?: 'connect' | 'setup';
};

const listOf = (id: number, index: number, list: { records: readonly Buffer[] } | { text: string }): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(index, 2);
  if ('text' in list) return Buffer.concat([head.subarray(0, 4), Buffer.from(list.text, 'latin1')]);
  head.writeUInt16BE(list.records[0]?.length ?? 0, 4);
  head.writeUInt16BE(list.records.length, 6);
  return Buffer.concat([head, ...list.records]);
};

/** Answers packet by packet. */
export const s7Controller = ({ lists, partBytes = 200, refuses }: ControllerOptions) => {
  let rest: Buffer = Buffer.alloc(0);
  let sequence = 0;

  const answer = (reference: number, error: number, last: boolean, data: Buffer | undefined): Buffer => {
    const parameter = Buffer.from([0, 1, 0x12, 8, 0x12, 0x84, 1, sequence, 0, last ? 0 : 1, error >> 8, error & 0xff]);
    const body =
      data === undefined
        ? Buffer.from([0x0a, 0, 0, 0])
        : Buffer.concat([Buffer.from([0xff, 9, data.length >> 8, data.length & 0xff]), data]);
    const head = Buffer.alloc(10);
    head.writeUInt16BE(0x3207, 0);
    head.writeUInt16BE(reference, 4);
    head.writeUInt16BE(parameter.length, 6);
    head.writeUInt16BE(body.length, 8);
    return tpkt(Buffer.concat([head, parameter, body]));
  };

  const piece = (reference: number): Buffer => {
    const data = rest.subarray(0, partBytes);
    rest = rest.subarray(partBytes);
    return answer(reference, 0, rest.length === 0, data);
  };

  return (packet: Buffer): Buffer[] => {
    if (packet.readUInt8(5) === 0xe0) {
      const kind = refuses === 'connect' ? 0x80 : 0xd0;
      return [Buffer.from([3, 0, 0, 11, 6, kind, 0, 1, 0, 2, 0])];
    }
    const pdu = s7Of(packet);
    if (pdu === undefined || szlAnswer(pdu) !== undefined) return [];
    const reference = pdu.readUInt16BE(4);
    if (pdu.readUInt8(1) === 1) {
      const error = refuses === 'setup' ? [0x81, 4] : [0, 0];
      const head = [0x32, 3, 0, 0, reference >> 8, reference & 0xff, 0, 8, 0, 0, ...error];
      return [tpkt(Buffer.from([...head, 0xf0, 0, 0, 1, 0, 1, 0, 240]))];
    }
    // A continuation has eight bytes behind its method, a first read four.
    if (pdu.readUInt8(13) === 8) return rest.length === 0 ? [] : [piece(reference)];
    const [id, index] = [pdu.readUInt16BE(22), pdu.readUInt16BE(24)];
    const list = lists().get(id);
    if (list === undefined || 'refused' in list) return [answer(reference, list?.refused ?? 0xd401, true, undefined)];
    sequence = (sequence % 255) + 1;
    rest = listOf(id, index, list);
    return [piece(reference)];
  };
};

export const usualLists = (): Lists =>
  new Map<number, { records: readonly Buffer[] }>([
    [
      0x0011,
      {
        records: [
          identityRecord(0x0001, '6ES7 515-2AM02-0AB0', [0, 3, 0, 1]),
          identityRecord(0x0006, '6ES7 515-2AM02-0AB0', [0, 3, 0, 1]),
          identityRecord(0x0007, '', [0x56, 2, 9, 2]),
          identityRecord(0x0081, 'Boot Loader', [0x56, 3, 3, 0]),
        ],
      },
    ],
    [
      0x001c,
      {
        records: [
          nameRecord(1, 'S71500'),
          nameRecord(2, 'Press 3'),
          nameRecord(5, 'S C-X4U421302009'),
          nameRecord(7, 'CPU 1515-2 PN'),
        ],
      },
    ],
    [0x0424, { records: [modeRecord(8)] }],
    [0x0232, { records: [protectionRecord(3, 1, 0x5656)] }],
  ]);
