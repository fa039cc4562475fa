import { type Request, requestOf } from '../exchange.ts';

// What may be sent over EtherNet/IP: ListIdentity, which is a header alone. No session is registered, nothing is addressed
// inside the device.

const listIdentityCommand = 0x63;
const headerBytes = 24;

/** ListIdentity: 24 bytes, all but the command zero. */
export const listIdentity = (): Request => {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt16LE(listIdentityCommand, 0);
  return requestOf([bytes], {
    meaning: { key: 'enip.list-identity', params: {} },
    answers: (message) => message.length >= headerBytes && message.readUInt16LE(0) === listIdentityCommand,
    gives: ['cipTuple', 'firmwareObserved', 'serial', 'model'],
  });
};

/** The status in the header of an answer; 0 is success. */
export const statusOf = (message: Buffer): number => message.readUInt32LE(8);
