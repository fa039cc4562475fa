import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import { type Holder, type Limiter, limiter } from '../limiter.ts';
import { networkOf } from '../network.ts';
import { type Guest, guestOf, type Incoming, setGuest } from './guest.ts';
import { fairTurns } from './turns.ts';

// Bounds what strangers can hold of the listener, so that known devices, persons and programs are served whatever strangers do.
//
// A connection is a stranger's until a valid key came over it (`Guest.prove`). Strangers are counted by network; what they hold
// of connections, requests, bytes of bodies and slots is bounded per network and in all. Where it is full, the oldest holding
// of the network that holds most is ended, and networks from which known devices speak go before others. Idle connections and
// slow bodies are ended in time, of HTTP/1.1 and HTTP/2 alike.

const MiB = 1024 * 1024;

/** What strangers may have in all, and those of one network, unknown or familiar. */
type Share = { most: number; unknown: number; familiar: number };

const shares = {
  /** Requests that are being answered; one holds a window of 64 KiB besides what is counted below. */
  requests: { most: 1_024, unknown: 128, familiar: 512 },
  /** Bytes of bodies, until their answer has gone. */
  bytes: { most: 48 * MiB, unknown: 12 * MiB, familiar: 32 * MiB },
  /** Bodies in work whose sender is not known yet, though the connection may be; each may unpack to 16 MiB. */
  slots: { most: 24, unknown: 6, familiar: 16 },
} as const satisfies Record<string, Share>;

/**
 * Requests of strangers in a second, of those networks from which no known device speaks: what an answer costs is not given back,
 * so it is bounded by how many begin. `always` is what a network has even where all have used up `most`.
 */
const strangersEachTick = { most: 300, of: 150, always: 2 } as const;
/** Requests that a stranger may send before the first is answered, as HTTP/1.1 allows; HTTP/2 has a bound of its own. */
const mostPipelined = 8;
/** Requests of a network's strangers in a second after which even the short refusal is not given. */
const mostRefused = 10 * strangersEachTick.of;
/** No client of ours does it; the network of a stranger who does gets no connection for so long. */
const barredTicks = 10;
const maxBarred = 10_000;

/** Of one request: no reader of a stranger's body keeps more, whatever it reads to its end. */
const mostKept = 8 * MiB;

const mostConnections = 16_384;
const leastConnections = 32;
/** Marks an owner that is a key, and no network. */
const ofKey = 'key ';
/** Connections of one key. */
const connectionsOfKey = 256;
const maxFamiliar = 50_000;

// Time is counted in ticks of a second, so that a second in which this process could not listen does not count as silence.
const defaultTickMs = 1_000;
/** Without a request: hand-shakes, heads that do not end, idle connections. */
const strangerIdleTicks = 20;
/** A poll each minute keeps its connection. */
const knownIdleTicks = 75;
const strangerRequestTicks = 120;
/** The least that comes of a body in so many ticks. */
const progress = { stranger: { ticks: 10, bytes: 5 * 1024 }, known: { ticks: 30, bytes: 1024 } } as const;

/** How many connections the descriptors allow that this process may still open; work and workers need some as well. */
const connectionsFor = (): number => {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.NaN);
    const open = readdirSync('/proc/self/fd').length;
    const reserve = Math.max(64, Math.min(1_024, limit / 4));
    const left = Math.trunc(limit - open - reserve);
    return Number.isNaN(left) ? mostConnections : Math.max(leastConnections, Math.min(mostConnections, left));
  } catch {
    // Not a system that tells.
    return mostConnections;
  }
};

type Connection = Holder & {
  owner: string;
  readonly network: string;
  /** Where it comes from, as long as it is open. */
  readonly peer: string;
  key: string | undefined;
  isOpen: boolean;
  end(): void;
  readonly visits: Set<Visit>;
  idleSince: number;
};

type Visit = Holder & {
  owner: string;
  readonly connection: Connection;
  readonly incoming: Incoming;
  readonly since: number;
  kept: number;
  window: { since: number; bytes: number };
  isRefused: boolean;
};

export type Guests = {
  /** Counts what comes of a request's body. */
  received(incoming: object, bytes: number): void;
  /** Watches a server from now on. */
  watch(server: Http2SecureServer): void;
  /** Whether a request may be answered. */
  isAdmitted(incoming: object): boolean;
  /** Networks from which known devices spoke before this start. */
  familiar(networks: Iterable<string>): void;
  closeAll(): void;
  stop(): void;
};

/** NGHTTP2_ENHANCE_YOUR_CALM. */
const calmDown = 11;

/** Ends a request; its reader is told that it broke off. */
const cut = ({ incoming, connection }: Visit): void => {
  if ('stream' in incoming) incoming.stream?.close(calmDown);
  else connection.end();
};

/** Whether all of a body has come, read or not. */
const isWhole = (incoming: Incoming): boolean =>
  incoming.complete || ('stream' in incoming && (incoming.stream.destroyed || incoming.stream.state.remoteClose === 1));

/** Whether something of a body has come that we have not read. */
const isWaiting = (incoming: Incoming): boolean =>
  incoming.readableLength > 0 || incoming.isPaused() || ('stream' in incoming && incoming.stream.readableLength > 0);

/** The guests of one listener. */
export function listenerGuests({ tickMs = defaultTickMs, connections = connectionsFor() } = {}): Guests {
  const familiar = new Map<string, true>();
  const isFamiliar = (owner: string): boolean => familiar.has(owner) || owner.startsWith(ofKey);
  const becomeFamiliar = (network: string): void => {
    familiar.delete(network);
    familiar.set(network, true);
    const oldest = familiar.keys().next();
    if (familiar.size > maxFamiliar && !oldest.done) familiar.delete(oldest.value);
  };
  const shared = ({ most, unknown, familiar: known }: Share): Limiter<Visit> =>
    limiter<Visit>({
      most: () => most,
      mostOf: (owner) => (isFamiliar(owner) ? known : unknown),
      isPreferred: isFamiliar,
    });

  const known = limiter<Connection>({ most: () => connections, mostOf: () => connectionsOfKey });
  const strangers = limiter<Connection>({
    most: () => Math.max(1, Math.min(Math.ceil(connections / 2), connections - known.total())),
    mostOf: (owner) => (isFamiliar(owner) ? connections : Math.max(8, Math.trunc(connections / 16))),
    isPreferred: isFamiliar,
  });
  const requests = shared(shares.requests);
  const bytes = shared(shares.bytes);
  const slots = shared(shares.slots);

  const oldestKnown = (): Connection | undefined => {
    for (const connection of known.holders()) if (connection.visits.size === 0) return connection;
    return undefined;
  };

  const turns = fairTurns();
  const byPeer = new Map<string, Connection>();
  const bySocket = new WeakMap<object, Connection>();
  const clock = { ticks: 0 };
  /** Networks that get no connection, and until which tick. */
  const barred = new Map<string, number>();
  /** What began in this tick, by network, and what was refused of it. */
  const begun = { all: 0, of: new Map<string, number>(), refused: new Map<string, number>() };

  const peerOf = (socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
    `${socket.remoteAddress}|${socket.remotePort}`;

  const forget = (connection: Connection): void => {
    connection.isOpen = false;
    strangers.give(connection);
    known.give(connection);
    if (byPeer.get(connection.peer) === connection) byPeer.delete(connection.peer);
  };

  const arrive = (raw: Socket): void => {
    const network = networkOf((raw.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, ''));
    if (barred.has(network)) {
      setImmediate(() => raw.destroy());
      return;
    }
    const connection: Connection = {
      owner: network,
      network,
      peer: peerOf(raw),
      key: undefined,
      isOpen: true,
      end: () => void raw.destroy(),
      visits: new Set(),
      idleSince: clock.ticks,
      giveWay: () => connection.end(),
    };
    raw.once('close', () => forget(connection));
    // Known connections may have all that there is: then the one that was unused longest makes room.
    if (known.total() >= connections) oldestKnown()?.end();
    if (strangers.take(connection)) byPeer.set(connection.peer, connection);
    // Not at once: TLS is still to be put on it.
    else setImmediate(connection.end);
  };

  const release = (visit: Visit): void => {
    requests.give(visit);
    bytes.give(visit);
  };

  const become = (connection: Connection, key: string): void => {
    if (connection.key !== undefined) return;
    strangers.give(connection);
    connection.key = key;
    connection.owner = `${ofKey}${key}`;
    for (const visit of connection.visits) {
      const hasSlot = slots.holds(visit);
      release(visit);
      slots.give(visit);
      visit.owner = connection.owner;
      if (hasSlot) slots.take(visit);
    }
    becomeFamiliar(connection.network);
    if (connection.isOpen && !known.take(connection)) connection.end();
  };

  const isStranger = ({ connection }: Visit): boolean => connection.key === undefined;

  class GuestVisit implements Visit, Guest {
    owner: string;
    readonly connection: Connection;
    readonly incoming: Incoming;
    readonly since = clock.ticks;
    kept = 0;
    window = { since: clock.ticks, bytes: 0 };
    isRefused = false;
    constructor(connection: Connection, incoming: Incoming) {
      this.owner = connection.owner;
      this.connection = connection;
      this.incoming = incoming;
    }
    giveWay(): void {
      cut(this);
    }
    key(): string | undefined {
      return this.connection.key;
    }
    prove(key: string): void {
      become(this.connection, key);
    }
    turn(key: string): Promise<void> {
      return turns.take(key);
    }
    vouch(): void {
      becomeFamiliar(this.connection.network);
    }
    takeSlot(): boolean {
      return slots.holds(this) || slots.take(this);
    }
    giveSlot(): void {
      slots.give(this);
    }
  }

  const received = (incoming: object, count: number): void => {
    const visit = guestOf(incoming);
    if (!(visit instanceof GuestVisit)) return;
    visit.window.bytes += count;
    const more = Math.min(count, mostKept - visit.kept);
    if (!isStranger(visit) || more <= 0 || !visit.connection.visits.has(visit)) return;
    visit.kept += more;
    if (!bytes.take(visit, more)) cut(visit);
  };

  /** Whether a stranger's network has had its requests of this tick; counts this one where not. */
  const isTooOften = ({ network }: Connection): boolean => {
    if (isFamiliar(network)) return false;
    const { most, of, always } = strangersEachTick;
    const own = begun.of.get(network) ?? 0;
    if (own >= of || (begun.all >= most && own >= always)) return true;
    begun.of.set(network, own + 1);
    begun.all += 1;
    return false;
  };

  /** Ends every stranger's connection of a network, and lets no other in from there for a while. */
  const bar = (network: string): void => {
    if (barred.size < maxBarred) barred.set(network, clock.ticks + barredTicks);
    for (const connection of byPeer.values())
      if (connection.network === network && connection.key === undefined) connection.end();
  };

  /** Counts a refusal; a network that goes on regardless is barred. */
  const refused = ({ network }: Connection): false => {
    const count = (begun.refused.get(network) ?? 0) + 1;
    begun.refused.set(network, count);
    if (count === mostRefused + 1 && !isFamiliar(network)) bar(network);
    return false;
  };

  /** Whether a request may be answered. A connection that sends far more than it reads answers of is ended. */
  const mayBegin = (visit: Visit): boolean => {
    const { connection, incoming } = visit;
    if (!isStranger(visit)) return true;
    if (!('stream' in incoming) && connection.visits.size > mostPipelined) {
      if (isFamiliar(connection.network)) connection.end();
      else bar(connection.network);
      return false;
    }
    if (isTooOften(connection)) return refused(connection);
    return requests.take(visit);
  };

  const begin = (incoming: Incoming, outgoing: ServerResponse | Http2ServerResponse): void => {
    const connection = bySocket.get('stream' in incoming ? (incoming.stream.session ?? incoming) : incoming.socket);
    if (connection === undefined) return;
    const visit = new GuestVisit(connection, incoming);
    setGuest(incoming, visit);
    connection.visits.add(visit);
    known.touch(connection);
    visit.isRefused = !mayBegin(visit);
    outgoing.once('close', () => {
      release(visit);
      connection.visits.delete(visit);
      connection.idleSince = clock.ticks;
      known.touch(connection);
    });
  };

  /** Whether a body has stopped coming: what waits for us to be read is not the sender's silence. */
  const isTooSlow = (visit: Visit): boolean => {
    const { incoming, window } = visit;
    if (isWhole(incoming) || isWaiting(incoming)) {
      visit.window = { since: clock.ticks, bytes: 0 };
      return false;
    }
    const least = isStranger(visit) ? progress.stranger : progress.known;
    if (clock.ticks - window.since < least.ticks) return false;
    visit.window = { since: clock.ticks, bytes: 0 };
    return window.bytes < least.bytes;
  };

  const look = (connection: Connection): void => {
    const isKnown = connection.key !== undefined;
    if (connection.visits.size === 0) {
      if (clock.ticks - connection.idleSince >= (isKnown ? knownIdleTicks : strangerIdleTicks)) connection.end();
      return;
    }
    for (const visit of connection.visits) {
      if ((!isKnown && clock.ticks - visit.since >= strangerRequestTicks) || isTooSlow(visit)) cut(visit);
    }
  };

  const timer = setInterval(() => {
    clock.ticks += 1;
    begun.all = 0;
    begun.of.clear();
    begun.refused.clear();
    for (const [network, until] of barred) if (clock.ticks >= until) barred.delete(network);
    for (const connection of byPeer.values()) look(connection);
  }, tickMs);
  timer.unref();

  return {
    received,
    watch: (server) => {
      server.prependListener('connection', arrive);
      server.prependListener('secureConnection', (socket) => {
        const connection = byPeer.get(peerOf(socket));
        if (connection === undefined) {
          socket.destroy();
          return;
        }
        connection.end = () => void socket.destroy();
        bySocket.set(socket, connection);
        socket.once('close', () => forget(connection));
      });
      server.prependListener('session', (session) => {
        const connection = byPeer.get(peerOf(session.socket));
        if (connection === undefined) session.destroy();
        else bySocket.set(session, connection);
      });
      server.prependListener('request', begin);
      // A peer that breaks the rules of HTTP/2, by taking back requests faster than it may or otherwise, has no other connection for a
      // while: each costs what all the frames that came before its end cost. A proven key loses this connection alone.
      server.prependListener('sessionError', (error: NodeJS.ErrnoException, session) => {
        const connection = bySocket.get(session);
        if (error.code !== 'ERR_HTTP2_ERROR' || connection === undefined) return;
        if (connection.key === undefined) bar(connection.network);
        else connection.end();
      });
    },
    isAdmitted: (incoming) => {
      const visit = guestOf(incoming);
      return visit instanceof GuestVisit && !visit.isRefused;
    },
    familiar: (networks) => {
      for (const network of networks) becomeFamiliar(networkOf(network));
    },
    closeAll: () => {
      for (const connection of byPeer.values()) connection.end();
    },
    stop: () => clearInterval(timer),
  };
}
