import type { Reading } from '../reading.ts';
import type { OpenField, PacketPart } from './packet-parts.ts';

// Reading who a controller is, and nothing else (OT 3, 5). Nothing here opens a socket: the caller hands in a
// transport that leads to one device. What may be sent is a closed list: a builder per request, named in `Allowed`.

export const PROTOCOLS = ['modbus', 's7', 'enip', 'snmp', 'pnio-cm', 'bacnet', 'opcua'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What may be read (OT Q3): who it is, what is plugged into it, what else it tells, whether it runs. */
export type Switches = { identify: boolean; modules: boolean; details: boolean; mode: boolean };

export type TransportKind = 'tcp' | 'udp';

/** Why nothing came. `denied`: the transport may not go there. */
export type Trouble = 'refused' | 'timeout' | 'unreachable' | 'reset' | 'closed' | 'too-large' | 'denied';

export type LinkLimits = { connectMs: number; maxBytes: number };

/** What a packet is before it is hidden, and how it is hidden. */
export type Cover = { plain: Uint8Array; seal(plain: Uint8Array): Uint8Array };

/** A connection (TCP) or a socket (UDP) towards one device. What the other side does is an answer, never an error. */
export type Link = {
  /** `cover`: of bytes that are hidden, what is compared with the plan before they leave. */
  send(bytes: Uint8Array, cover?: Cover): Promise<Trouble | undefined>;
  /** TCP: the next bytes. UDP: the next datagram of the device, from whichever port it comes. */
  receive(withinMs: number): Promise<Buffer | Trouble>;
  /** Ends it in order: what was sent arrives, and no reset is sent. */
  close(): Promise<void>;
};

/** Leads to one device, which its maker chose. */
export type Transport = {
  connect(to: { kind: TransportKind; port: number }, limits: LinkLimits): Promise<Link | Trouble>;
};

/** A user of SNMP version 3; without keys it has no secrets. */
export type SnmpUser = {
  name: string;
  auth?: { by: 'sha1' | 'sha256'; password: string };
  /** AES-128; only with `auth`. */
  privacy?: { password: string };
};

/** Version 3 is tried first; version 2c is spoken only where a person set a community. */
export type Credentials = { snmp?: { user?: SnmpUser; community?: string } };

export type IdentifyOptions = {
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Between two requests; OT Q4 wants 500 or more. */
  intervalMs?: number;
  /** How long an answer is waited for; 3,000 by default. */
  replyMs?: number;
  /** Where the device listens; by default the protocol's own port. */
  port?: number;
  /** The device's address in words: OPC UA repeats it to the device. */
  host?: string;
  credentials?: Credentials;
  /** What the mode was when it was read before: leaving RUN since then is an anomaly. */
  modeBefore?: string;
  /** How long the device took before, so that the first slow answer is seen, too. */
  usualReplyMs?: number;
  /** Asked before each packet: one switch ends all (OT Q3). */
  isStopped?: () => boolean;
};

/** Key of a text and what belongs into it. */
export type Meaning = { key: string; params: Readonly<Record<string, string | number>> };

/** One packet, as evidence (OT Q8). */
export type PacketEntry = {
  atMs: number;
  direction: 'sent' | 'received';
  kind: TransportKind;
  port: number;
  bytes: number;
  sha256: string;
  meaning: Meaning;
};

/** Whatever makes a job stop (OT Q5). */
export type Anomaly =
  | { kind: 'slow'; atMs: number; usualMs: number; replyMs: number }
  | { kind: 'reset'; atMs: number }
  | { kind: 'left-run'; atMs: number; before: string; after: string };

export type Identification = {
  /** Empty where the device answered nothing. */
  readings: Reading[];
  packets: PacketEntry[];
  anomalies: Anomaly[];
  /** Why the exchange ended before its end; undefined when it did not. */
  trouble?: Trouble | 'stopped' | 'anomaly';
  /** The usual reply time in this exchange, for the next one. */
  usualReplyMs?: number;
};

/** A packet that may be sent, before it is (OT Q7). */
export type PlannedPacket = {
  kind: TransportKind;
  port: number;
  /** Before anything is hidden, its open fields as zero. */
  hex: string;
  /** What of it is fixed and what is open: whatever leaves is compared with this. */
  parts: readonly PacketPart[];
  /** The open fields as they lie in `hex`. */
  fields: readonly OpenField[];
  meaning: Meaning;
  /** `always`, or what must have happened before. */
  when: 'always' | 'more' | 'refused' | 'silent';
  /** Names of the open fields. */
  open: readonly string[];
};

/** What a protocol may send, as data: a display filter of Wireshark per request, which the packets are judged by. */
export type Allowed = {
  protocol: Protocol;
  port: number;
  kinds: readonly TransportKind[];
  requests: readonly { key: string; filter: string }[];
};

/**
 * Reads one device by one protocol: one connection, one request in flight, a pause before each request, a clean end.
 * Never throws for what a device does.
 */
export type IdentifyBy = (
  protocol: Protocol,
  switches: Switches,
  transport: Transport,
  options: IdentifyOptions,
) => Promise<Identification>;

/** All packets that an exchange may send, in order (OT Q7). */
export type PlanFor = (
  protocol: Protocol,
  switches: Switches,
  options?: Pick<IdentifyOptions, 'port' | 'host' | 'credentials'>,
) => PlannedPacket[];
