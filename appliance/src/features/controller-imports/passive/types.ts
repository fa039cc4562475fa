import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import type { CaptureProtocol, ControlCommand, Station } from '../pcap/types.ts';

// One message of a protocol, as a capture shows it, and what it tells. Nothing here sends.

/** A whole message: a datagram, or what the protocol's length cut out of a TCP stream. */
export type Heard = {
  bytes: Buffer;
  /** The sender's address. */
  from: string;
  /** Its source port is the protocol's; both may be, where both sides use the same port. */
  isFromServer: boolean;
  isToServer: boolean;
  /** The same text for both directions of one conversation. */
  conversation: string;
  transport: 'tcp' | 'udp';
};

/** What the server side tells about itself, or a command that is for the server side. */
export type Told = {
  /** Another protocol than that of the port. */
  protocol?: CaptureProtocol;
  /** Without facts it tells that the server is there. */
  facts?: readonly DeviceFact[];
  /** Facts of the service itself. */
  serviceFacts?: readonly DeviceFact[];
  slot?: number;
  /** One of several devices that speak through this address. */
  unit?: number;
  station?: Station;
  /** Its origin, where the sender only forwarded it. */
  origin?: { address: string; port: number };
  /** What changes the controller: `cip-reset`. */
  control?: ControlCommand;
  /** To which part of it: `OB 1`, `class 0x6a`. */
  detail?: string;
  /** Where behind the address the command goes. */
  behind?: string;
};

/** A protocol that is read by ear: where it is spoken, how messages are told apart, what they tell. */
export type PassiveProtocol = {
  protocol: CaptureProtocol;
  tcp?: readonly number[];
  udp?: readonly number[];
  /** TCP: length of the message at the start of the bytes; undefined while too little is there, 0 for what is none. */
  lengthOf?(bytes: Buffer): number | undefined;
  /** A reader for one capture; what it keeps between messages is bounded. RangeError where a message is cut. */
  reader(): (heard: Heard) => Told[];
};

type BoundedMap<V> = {
  get(key: string): V | undefined;
  has(key: string): boolean;
  set(key: string, value: V): void;
  delete(key: string): void;
};

/** A map that forgets what it has held longest. */
export function boundedMap<V>(most: number): BoundedMap<V> {
  const held = new Map<string, V>();
  return {
    get: (key) => held.get(key),
    has: (key) => held.has(key),
    delete: (key) => {
      held.delete(key);
    },
    set: (key, value) => {
      if (!held.has(key) && held.size >= most) held.delete(held.keys().next().value ?? '');
      held.set(key, value);
    },
  };
}
