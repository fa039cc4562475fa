import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

// What a route may know and report of the sender of a request. A sender without a valid key is a stranger, and strangers
// share what guests.ts leaves them; a route that has checked a key says so.

export type Incoming = IncomingMessage | Http2ServerRequest;

export type Guest = {
  /** Whose valid key came over this connection before; undefined for a stranger. */
  key(): string | undefined;
  /** A valid key came: the connection belongs to a known device, person or program from now on. */
  prove(key: string): void;
  /** Waits until a page for this key may begin: behind others of the same key only. OVERLOADED where too many wait. */
  turn(key: string): Promise<void>;
  /** A known device speaks from this address, though nothing proves that it is the one: its network goes before unknown ones. */
  vouch(): void;
  /** Takes a slot for work on a body whose sender is not known yet; false: there is none. */
  takeSlot(): boolean;
  /** For a `finally`; also of a slot that was not taken. */
  giveSlot(): void;
};

// On the request itself: a weak map of what lives so briefly costs more than the rest of it, at each call of each agent.
const mark = Symbol('guest');
type Marked = { [mark]?: Guest };

/** Of a request that did not come through the listener, as in one process. */
const unbound: Guest = {
  key: () => undefined,
  prove: () => undefined,
  turn: async () => undefined,
  vouch: () => undefined,
  takeSlot: () => true,
  giveSlot: () => undefined,
};

/** Who is behind a request. */
export function guestOf(incoming: object | undefined): Guest {
  return (incoming as Marked | undefined)?.[mark] ?? unbound;
}

export function setGuest(incoming: object, guest: Guest): void {
  (incoming as Marked)[mark] = guest;
}
