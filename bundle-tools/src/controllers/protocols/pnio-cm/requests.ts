import { type Request, requestOf } from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';
import { callOf, mapperInterface } from './answers.ts';

// What may be sent to PROFINET's context manager: the lookup of the endpoint mapper for the interface of PROFINET devices,
// 156 bytes, and the same for the next entry. No connection is made to the device's application.

const lookupOperation = 2;
const handleBytes = 20;
export const noHandle = Buffer.alloc(handleBytes);

const deviceInterface = Buffer.from('0100a0de976cd111827100a02442df7d', 'hex');

/** One lookup; `activity` names the conversation, `handle` the place where the last answer ended. */
export const lookup = (activity: Buffer, sequence: number, handle: Buffer): Request => {
  const bytes = Buffer.alloc(156);
  // A request that may be repeated, little-endian.
  bytes.set([4, 0, 0x20, 0, 0x10, 0, 0, 0], 0);
  mapperInterface.copy(bytes, 24);
  bytes.writeUInt32LE(3, 60);
  bytes.writeUInt32LE(sequence, 64);
  bytes.writeUInt16LE(lookupOperation, 68);
  bytes.fill(0xff, 70, 74);
  bytes.writeUInt16LE(76, 74);
  // All elements; no object; this interface in version 1; from the handle on, one entry.
  bytes.writeUInt32LE(1, 84);
  bytes.writeUInt32LE(2, 104);
  deviceInterface.copy(bytes, 108);
  bytes.writeUInt32LE(1, 124);
  bytes.writeUInt32LE(1, 128);
  bytes.writeUInt32LE(1, 152);
  // The first one has no place to go on from.
  const from: Piece =
    sequence === 1 ? noHandle : { open: 'handle', source: 'answer', bytes: handle.subarray(0, handleBytes) };
  const pieces: Piece[] = [
    bytes.subarray(0, 40),
    { open: 'activity', source: 'chance', bytes: activity.subarray(0, 16) },
    bytes.subarray(56, 132),
    from,
    bytes.subarray(132 + handleBytes),
  ];
  return requestOf(pieces, {
    meaning: { key: 'pnio-cm.lookup', params: { entry: sequence } },
    answers: (message) => {
      const call = callOf(message);
      // 0 is a request, and 1 a sign of life that comes before an answer.
      return call !== undefined && call.kind > 1 && call.activity.equals(activity) && call.sequence === sequence;
    },
    gives: ['orderNumber', 'model', 'firmwareObserved', 'hwVersion'],
  });
};
