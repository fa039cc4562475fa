// Bounds that hold whatever anybody entered (OT Q4). The appliance, the agents and the plan share them.

/** Between two packets of a job, to whichever device. */
export const MIN_GAP_MS = 500;
export const MAX_GAP_MS = 60_000;

/** Of one packet, or one connection, in one exchange; then the device is left alone for the rest of the job. */
export const MAX_ATTEMPTS = 2;
export const MAX_TARGETS = 256;
/** Of one task that an agent is given. */
export const MAX_AGENT_TARGETS = 64;
/** Sent in one exchange, whatever the protocol says. */
export const MAX_EXCHANGE_PACKETS = 64;
/** A permit lives so long, counted from when it was asked for; then it is none. */
export const PERMIT_MS = 2_000;
/** Late answers in a row after which the run stops: a stop would no longer arrive in time. */
export const MAX_LATE = 3;
/**
 * A controller is held for one exchange until its runner has closed the connection, or for so long after its last word, beyond
 * the pause between two packets: longer than a runner that lost its server needs to close.
 */
export const LEASE_MS = 15_000;

/** A window, and with it everything that was approved, is over after this. */
export const MAX_WINDOW_MS = 7 * 86_400_000;
/** A job that repeats is over after this, and needs a second person anew. */
export const MAX_REPEAT_MS = 366 * 86_400_000;
/** Hex digits of packets that an agent reports; of further ones the hash is there. */
export const MAX_HEX_REPORTED = 2 * 1024 * 1024;
