import { type Client, type Exchange, messageOf, planned, type Request, requestOf } from '../exchange.ts';
import { enipFacts, enipLength } from './answers.ts';

// What may be sent over EtherNet/IP: ListIdentity, which is a header alone. No session is registered, nothing is addressed
// inside the device.

const listIdentityCommand = 0x63;
const headerBytes = 24;

/** ListIdentity: 24 bytes, all but the command zero. */
const listIdentity = (): Request => {
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt16LE(listIdentityCommand, 0);
  return requestOf([bytes], {
    meaning: { key: 'enip.list-identity', params: {} },
    answers: (message) => message.length >= headerBytes && message.readUInt16LE(0) === listIdentityCommand,
    gives: ['cipTuple', 'firmwareObserved', 'serial', 'model'],
  });
};

/** The status in the header of an answer; 0 is success. */
const statusOf = (message: Buffer): number => message.readUInt32LE(8);

// EtherNet/IP, port 44818. Sent: one ListIdentity by UDP to the device itself; where it stays silent, one by TCP.

const exchange = function* ({ switches, collect, serve }: Parameters<Client['exchange']>[0]): Exchange {
  if (!switches.identify) return;
  const request = listIdentity();
  const message = messageOf(yield request);
  if (message === undefined) return;
  serve();
  const status = statusOf(message);
  if (status !== 0) {
    collect.refused(request.gives, 'denied-by-device', `enip-status-${status}`);
    return;
  }
  try {
    collect.facts(enipFacts(message));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    collect.refused(request.gives, 'malformed', request.meaning.key);
  }
  collect.refused(request.gives, 'absent', request.meaning.key);
};

export const enip: Client = {
  allowed: {
    protocol: 'enip',
    port: 44_818,
    kinds: ['udp', 'tcp'],
    requests: [{ key: 'enip.list-identity', filter: 'enip.command == 0x0063 && enip.length == 0' }],
  },
  ways: [
    { kind: 'udp', attempts: 1 },
    { kind: 'tcp', attempts: 1 },
  ],
  maxBytes: 65_536,
  lengthOf: enipLength,
  exchange,
  plan: ({ port, switches }) =>
    switches.identify
      ? [planned(listIdentity(), { kind: 'udp', port }), planned(listIdentity(), { kind: 'tcp', port }, 'silent')]
      : [],
};
