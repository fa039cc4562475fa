import type { PacketPart } from '../protocols/packet-parts.ts';
import type { Protocol, TransportKind } from '../protocols/types.ts';

// One permit is for one packet of one approved plan to one controller (OT Q3, Q4, Q7). The executor asks for it right
// before the packet leaves; it is used once and lives two seconds. No answer, no packet.

/** A packet as it was approved. */
export type ApprovedPacket = { kind: TransportKind; parts: readonly PacketPart[] };

/** What is asked for: a connection, a packet, or to let the controller go because its connection is closed. */
export type PermitRequest = { controller: string; protocol: Protocol } & (
  | { what: 'connect'; kind: 'tcp' }
  | {
      what: 'send';
      kind: TransportKind;
      /** Its place among the approved packets of the exchange. */
      place: number;
      /** All bytes, before anything is hidden. */
      hex: string;
      /** Of the bytes as they leave. */
      sha256: string;
    }
  | { what: 'close' }
);

export type PermitReply =
  | { go: true; permit: string }
  /** Another has the controller, or it is too early: to be asked for again. */
  | { go: false; waitMs: number }
  /** Nothing more of the run leaves. */
  | { go: false; why: string };
