import { type Request, requestOf } from '../exchange.ts';
import { bytesOf, type Piece } from '../packet-parts.ts';
import { szlAnswer } from './answers.ts';

// What may be sent over S7: the connect request of COTP, "setup communication", reads of the system status lists below, and
// the request for the rest of such a list. No variable is read, nothing is written, no session of a programming device.

/** Lists that may be read, with their index. */
const lists = {
  identification: [0x0011, 0x0000],
  names: [0x001c, 0x0000],
  mode: [0x0424, 0x0000],
  protection: [0x0232, 0x0004],
  /** The same record, where a device knows 0x0232 only with another layout or not at all. */
  protectionPlain: [0x0132, 0x0004],
} as const;
export type ListName = keyof typeof lists;

const fieldsOf: Readonly<Record<ListName, readonly string[]>> = {
  identification: ['orderNumber', 'firmwareObserved', 'hwVersion'],
  names: ['name', 'moduleName', 'serial', 'model'],
  mode: ['mode'],
  protection: ['protectionLevel', 'keySwitch', 'hardwareChecksum1', 'programChecksum1'],
  protectionPlain: ['protectionLevel', 'keySwitch', 'hardwareChecksum1', 'programChecksum1'],
};

const tpkt = (...body: readonly Piece[]): Piece[] => {
  const head = Buffer.from([3, 0, 0, 0]);
  head.writeUInt16BE(4 + bytesOf(body).length, 2);
  return [head, ...body];
};

const number = (reference: number): Piece => ({
  open: 'reference',
  source: 'count',
  bytes: Buffer.of((reference >> 8) & 0xff, reference & 0xff),
});

const data = Buffer.from([0x02, 0xf0, 0x80]);

/** The S7 message in a packet, behind its headers; undefined for other packets. */
export const s7Of = (message: Buffer): Buffer | undefined =>
  message.length >= 7 && message.readUInt8(5) === 0xf0 ? message.subarray(5 + message.readUInt8(4)) : undefined;

/** COTP connect request: TSAP 0100 calls 0102, which is rack 0, slot 2 of an S7-300 and the CPU of all later ones. */
export const connectRequest = (): Request =>
  requestOf(tpkt(Buffer.from('11e00000000100c1020100c2020102c0010a', 'hex')), {
    meaning: { key: 's7.connect', params: {} },
    answers: (message) => message.length >= 7 && message.readUInt8(5) !== 0xf0,
    gives: [],
  });

/** Whether a packet confirms the connection. */
export const isConfirmed = (message: Buffer): boolean => message.length >= 7 && message.readUInt8(5) === 0xd0;

/** "Setup communication": one job in flight, messages of 480 bytes. */
export const setupRequest = (reference: number): Request =>
  requestOf(
    tpkt(data, Buffer.from('32010000', 'hex'), number(reference), Buffer.from('00080000f0000001000101e0', 'hex')),
    {
      meaning: { key: 's7.setup', params: {} },
      answers: (message) => {
        const answer = s7Of(message);
        return answer !== undefined && answer.length >= 12 && answer.readUInt8(0) === 0x32 && answer.readUInt8(1) !== 7;
      },
      gives: [],
    },
  );

/** Whether the setup was taken: an answer with data and without an error. */
export const isSetUp = (message: Buffer): boolean => {
  const answer = s7Of(message);
  return answer !== undefined && answer.length >= 12 && answer.readUInt8(1) === 3 && answer.readUInt16BE(10) === 0;
};

const userdata = (reference: number, parameter: readonly Piece[], rest: Buffer): Piece[] => {
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(bytesOf(parameter).length, 0);
  lengths.writeUInt16BE(rest.length, 2);
  return tpkt(data, Buffer.from('32070000', 'hex'), number(reference), lengths, ...parameter, rest);
};

const answersSzl =
  (reference: number) =>
  (message: Buffer): boolean => {
    const pdu = s7Of(message);
    if (pdu === undefined || pdu.length < 10 || pdu.readUInt8(0) !== 0x32) return false;
    return pdu.readUInt16BE(4) === (reference & 0xffff) && (pdu.readUInt8(1) !== 7 || szlAnswer(pdu) !== undefined);
  };

/** Reads a system status list. */
export const readList = (reference: number, name: ListName): Request => {
  const [id, index] = lists[name];
  const rest = Buffer.from([0xff, 0x09, 0x00, 0x04, 0, 0, 0, 0]);
  rest.writeUInt16BE(id, 4);
  rest.writeUInt16BE(index, 6);
  return requestOf(userdata(reference, [Buffer.from('0001120411440100', 'hex')], rest), {
    meaning: {
      key: 's7.list',
      params: { list: `0x${id.toString(16).padStart(4, '0')}`, index },
    },
    answers: answersSzl(reference),
    gives: fieldsOf[name],
  });
};

/** Asks for the next part of a list; `sequence` is the device's number of the list. */
export const readRest = (reference: number, name: ListName, sequence: number): Request =>
  requestOf(
    userdata(
      reference,
      [
        Buffer.from('00011208124401', 'hex'),
        { open: 'sequence', source: 'answer', bytes: Buffer.of(sequence & 0xff) },
        Buffer.alloc(4),
      ],
      Buffer.from([0x0a, 0, 0, 0]),
    ),
    {
      meaning: { key: 's7.rest', params: { list: `0x${lists[name][0].toString(16).padStart(4, '0')}` } },
      answers: answersSzl(reference),
      gives: fieldsOf[name],
    },
  );
