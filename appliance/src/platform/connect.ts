import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP, createConnection as openSocket, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { tcpLink, troubleOf, udpLink } from '@sallyport/bundle-tools/controllers/identification/socket-link';
import type { Link, LinkLimits, TransportKind, Trouble } from '@sallyport/bundle-tools/controllers/protocols/types';
import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import {
  type Connection,
  connectionOver,
  type Destination,
  type Limits,
  type Proof,
  unreachable,
} from './connection.ts';
import { AppError } from './errors.ts';
import { isPortOf, type Purpose, purposeRules, type Way } from './outbound-rules.ts';
import {
  bounded,
  type HostKey,
  hostKeysIn,
  type SshEnd,
  type SshSession,
  scanWords,
  sshEnvironment,
  sshFolder,
  sshWords,
} from './ssh-line.ts';

// The one module of the appliance that may open a connection, and only to what an administrator named in an object: a host
// or a range of addresses, the ports, the purpose. Everything else is denied and recorded. A name is looked up only where a
// name was entered, once, and the address that was looked at is the one that is connected to. Addresses of controllers are
// open to identification only, however they were entered. Time and bytes are bounded, and the peer proves itself before a
// byte of ours is sent under TLS.

/** Why an address is kept from: a controller's own, in the network of a zone, in a marked range, still protected after it left these, not one computer's. */
export type ForbiddenBecause = 'controller' | 'zone' | 'range' | 'protected' | 'special';

/** Where controllers are, by the record of now. */
export type Forbidden = { because(address: string): ForbiddenBecause | undefined };

/** What an administrator named: an object's words for where this appliance may connect to, and what for. */
export type NamedTarget = {
  purpose: Purpose;
  /** `kind/id` of the object that names it. */
  object: string;
  ports: readonly number[];
  /** Ports for datagrams; none by default. */
  udp?: readonly number[];
  /** Ports beside the list of the purpose, on which two persons agreed; only some purposes have any. */
  agreed?: readonly number[];
  /** Whether `ping` may be sent. */
  echo: boolean;
  covers(host: string): boolean;
};

/** One connection as it ended. */
export type ConnectionRecord = Destination & {
  outcome: 'opened' | 'failed' | 'denied';
  bytesRead: number;
  bytesWritten: number;
  /** Denied because controllers are there. */
  forbidden?: { address: string; because: ForbiddenBecause };
};

/** What the system resolves a name to, which an administrator at this computer gave; none where it is not found. */
export const namedAddresses = async (name: string): Promise<string[]> => {
  try {
    return [...new Set((await lookup(name, { all: true })).map(({ address }) => address))];
  } catch {
    // Not found, or no name server answers: both mean that others do not find it by this system.
    return [];
  }
};

/** `open` took a connection, `closed` refused one (so it is there), `silent` gave no answer. */
export type ProbeAnswer = 'open' | 'closed' | 'silent';

export type Outbound = {
  /** NOT_NAMED, FORBIDDEN_ADDRESS, UNREACHABLE, PEER. */
  open(to: Destination, limits: Limits, proof?: Proof): Promise<Connection>;
  /** Whether something answers: a TCP handshake, no data. NOT_NAMED, FORBIDDEN_ADDRESS. */
  probe(to: Destination, timeoutMs: number): Promise<ProbeAnswer>;
  /**
   * To a device that an approved job names, by TCP or UDP. What the device does is an answer, and so is `denied`: the
   * address was not named, and no socket was opened.
   */
  link(to: Destination, kind: TransportKind, limits: LinkLimits): Promise<Link | Trouble>;
  /** One echo request by the system's `ping`, which needs no right of ours; undefined where there is none. NOT_NAMED, FORBIDDEN_ADDRESS. */
  ping(to: Omit<Destination, 'port'>, timeoutMs: number): Promise<boolean | undefined>;
  /** The public keys of an SSH server, by the system's `ssh-keyscan`; none where it does not answer. NOT_NAMED, FORBIDDEN_ADDRESS, NOT_READY. */
  hostKeys(to: Destination, timeoutMs: number): Promise<HostKey[]>;
  /** One command by the system's `ssh`, to its end. NOT_NAMED, FORBIDDEN_ADDRESS, NOT_READY. */
  ssh(to: Destination, session: SshSession): Promise<SshEnd>;
};

type OutboundParts = {
  /** Read at every call: an object that is gone names nothing. */
  targets(): readonly NamedTarget[];
  /** Read at every call, too. */
  forbidden(): Forbidden;
  record(record: ConnectionRecord): void;
};

const isTlsFault = (error: unknown): boolean =>
  error instanceof Error &&
  /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|SSL|TLS/.test(String((error as NodeJS.ErrnoException).code));

/** Waits for one of two events, then for neither; a timer ends it. */
const settled = (socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (error?: Error): void => {
      clearTimeout(timer);
      socket.off(event, onEvent).off('error', done).off('close', onClose);
      if (error === undefined) resolve();
      else {
        // An error that comes after ours must not end the process.
        socket.on('error', () => undefined).destroy();
        reject(error);
      }
    };
    const onEvent = (): void => done();
    const onClose = (): void => done(new Error('the connection was closed'));
    const timer = setTimeout(() => done(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    socket.once(event, onEvent).once('error', done).once('close', onClose);
  });

const proven = async (socket: Socket, proof: Proof, timeoutMs: number): Promise<TLSSocket> => {
  const secured = tlsConnect({
    socket,
    minVersion: 'TLSv1.2',
    // A fingerprint says which certificate it is, so it needs no signature.
    ...(proof.by === 'ca'
      ? {
          ca: [proof.pem],
          rejectUnauthorized: true,
          ...(isIP(proof.name) === 0 ? { servername: proof.name } : { host: proof.name }),
        }
      : { rejectUnauthorized: false }),
  });
  try {
    await settled(secured, 'secureConnect', timeoutMs);
  } catch (cause) {
    socket.destroy();
    if (isTlsFault(cause)) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError('PEER', `the certificate of the other side is not trusted: ${reason}`, {}, { cause });
    }
    throw cause;
  }
  if (proof.by === 'fingerprint') {
    const found = hash('sha256', secured.getPeerCertificate().raw ?? Buffer.alloc(0), 'hex');
    if (found !== proof.sha256) {
      secured.destroy();
      throw new AppError('PEER', `the other side has another certificate: SHA-256 ${found}`, { sha256: found });
    }
  }
  return secured;
};

/** Addresses that are no computer's: this one's whichever, all of a network, many at once. */
const special = addressSet(['0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8']);

/** The addresses of a host: itself, or what its name leads to now. */
const addressesOf = async (to: Destination, timeoutMs: number): Promise<string[]> => {
  if (isIP(to.host) !== 0) return [to.host];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    const found = await Promise.race([lookup(to.host, { all: true, order: 'verbatim' }), late]);
    return found.map(({ address }) => address);
  } catch (cause) {
    throw unreachable(to, cause);
  } finally {
    clearTimeout(timer);
  }
};

/** A status line is shorter; more would not be ours. */
const answerBytes = 64 * 1024;

/**
 * The status with which the server of this computer answers a GET, 0 where it does not. No object names it: it leads nowhere but
 * to the own port, and who answers has to prove to be the site.
 */
export async function askOwnServer(asked: {
  listen: { address: string; port: number };
  path: string;
  proof: Proof & { by: 'ca' };
  timeoutMs: number;
}): Promise<number> {
  const { listen, path, proof, timeoutMs } = asked;
  const own: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const socket = openSocket({ host: own[listen.address] ?? listen.address, port: listen.port });
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  try {
    await settled(socket, 'connect', timeoutMs);
    const secured = await proven(socket, proof, timeoutMs);
    secured.write(`GET ${path} HTTP/1.1\r\nHost: ${proof.name}\r\nConnection: close\r\n\r\n`);
    let head = '';
    for await (const bytes of secured) {
      head += String(bytes);
      if (head.includes('\r\n') || head.length > answerBytes) break;
    }
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
  } catch {
    // Whatever it is that keeps it from answering, it is asked again or given up by who asks.
    return 0;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The status of a child that ended; null where it was ended. NOT_READY where this computer has no such program. */
const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      reject(isAbsent ? new AppError('NOT_READY', 'this computer has no ssh (package openssh-client)') : cause);
    });
    child.once('close', (status) => resolve(status));
  });

/** Connections out, each checked against what administrators named, and against where controllers are. */
export const outbound = ({ targets, forbidden, record }: OutboundParts): Outbound => {
  const notNamed = (to: Destination): AppError => {
    record({ ...to, outcome: 'denied', bytesRead: 0, bytesWritten: 0 });
    return new AppError(
      'NOT_NAMED',
      `${to.host}${to.port === 0 ? '' : ` port ${to.port}`} is not named for ${to.purpose} in ${to.object}`,
    );
  };
  const isNamed = (to: Destination, way: Way, kind: TransportKind = 'tcp'): boolean => {
    if (!purposeRules[to.purpose].ways.includes(way)) return false;
    return targets().some(
      (target) =>
        isPortOf(to.purpose, to.port, { kind, agreed: target.agreed }) &&
        target.purpose === to.purpose &&
        target.object === to.object &&
        (way === 'ping' ? target.echo : ((kind === 'tcp' ? target.ports : target.udp) ?? []).includes(to.port)) &&
        target.covers(to.host),
    );
  };

  /** The refusal where one of these addresses is kept from. */
  const kept = (to: Destination, addresses: readonly string[]): AppError | undefined => {
    if (purposeRules[to.purpose].controllers) return undefined;
    const held = forbidden();
    for (const address of addresses) {
      const because = special.has(address) ? 'special' : held.because(address);
      if (because === undefined) continue;
      record({ ...to, outcome: 'denied', bytesRead: 0, bytesWritten: 0, forbidden: { address, because } });
      const told = `${address} is not connected to for ${to.purpose}: ${because}`;
      return new AppError('FORBIDDEN_ADDRESS', told, { address, because });
    }
    return undefined;
  };

  /** Checks a question to one address: a name would be looked up, and is none. */
  const admit = (to: Destination, way: 'probe' | 'ping' | 'ssh'): void => {
    if (isIP(to.host) === 0 || !isNamed(to, way)) throw notNamed(to);
    const refusal = kept(to, [to.host]);
    if (refusal !== undefined) throw refusal;
  };

  /** Connects to the first of the addresses that answers. */
  const connectedTo = async (to: Destination, addresses: readonly string[], timeoutMs: number): Promise<Socket> => {
    let fault: unknown = new Error('the name has no address');
    for (const address of addresses) {
      const socket = openSocket({ host: address, port: to.port, noDelay: true });
      try {
        await settled(socket, 'connect', timeoutMs);
        return socket;
      } catch (error) {
        fault = error;
      }
    }
    throw fault;
  };

  return {
    open: async (to, limits, proof) => {
      if (!isNamed(to, 'open')) throw notNamed(to);
      const addresses = await addressesOf(to, limits.connectMs);
      const refusal = kept(to, addresses);
      if (refusal !== undefined) throw refusal;
      const done = (outcome: ConnectionRecord['outcome'], bytesRead: number, bytesWritten: number): void =>
        record({ ...to, outcome, bytesRead, bytesWritten });
      let socket: Socket;
      try {
        socket = await connectedTo(to, addresses, limits.connectMs);
      } catch (error) {
        done('failed', 0, 0);
        throw unreachable(to, error);
      }
      const ended = (read: number, written: number): void => done('opened', read, written);
      const connection = connectionOver(socket, to, limits, { prove: proven, ended });
      if (proof !== undefined) await connection.secure(proof);
      return connection;
    },
    link: async (to, kind, limits) => {
      // A name would be looked up: devices are addresses.
      if (to.port === 0 || isIP(to.host) === 0 || !isNamed(to, 'link', kind)) {
        notNamed(to);
        return 'denied';
      }
      if (kept(to, [to.host]) !== undefined) return 'denied';
      const counted = { read: 0, written: 0 };
      const done = (outcome: ConnectionRecord['outcome']): void =>
        record({ ...to, outcome, bytesRead: counted.read, bytesWritten: counted.written });
      const countedLink = (link: Link): Link => ({
        send: (bytes) => {
          counted.written += bytes.length;
          return link.send(bytes);
        },
        receive: async (withinMs) => {
          const came = await link.receive(withinMs);
          if (typeof came !== 'string') counted.read += came.length;
          return came;
        },
        close: async () => {
          await link.close();
          done('opened');
          counted.read = 0;
          counted.written = 0;
        },
      });
      if (kind === 'udp') return countedLink(udpLink(createSocket(isIP(to.host) === 6 ? 'udp6' : 'udp4'), to, limits));
      const socket = openSocket({ host: to.host, port: to.port, noDelay: true });
      try {
        await settled(socket, 'connect', limits.connectMs);
      } catch (error) {
        done('failed');
        return (error as NodeJS.ErrnoException).code === undefined ? 'timeout' : troubleOf(error);
      }
      return countedLink(tcpLink(socket, limits));
    },
    probe: async (to, timeoutMs) => {
      admit(to, 'probe');
      const socket = openSocket({ host: to.host, port: to.port });
      try {
        await settled(socket, 'connect', timeoutMs);
        socket.on('error', () => undefined).destroy();
        return 'open';
      } catch (error) {
        return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'closed' : 'silent';
      }
    },
    ping: async (to, timeoutMs) => {
      admit({ ...to, port: 0 }, 'ping');
      const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
      return new Promise((resolve) => {
        const child = spawn('ping', ['-n', '-q', '-c', '1', '-W', String(seconds), to.host], { stdio: 'ignore' });
        child.once('error', () => resolve(undefined));
        // 2 is a ping that may not or cannot, not a host that does not answer.
        child.once('exit', (code) => resolve(code === 2 ? undefined : code === 0));
      });
    },
    hostKeys: async (to, timeoutMs) => {
      admit(to, 'ssh');
      const words = scanWords(to.host, to.port, timeoutMs);
      const child = spawn('ssh-keyscan', words, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 4 * timeoutMs });
      const output = bounded(child.stdout);
      await endOf(child);
      return hostKeysIn(output());
    },
    ssh: async (to, session) => {
      admit(to, 'ssh');
      const folder = sshFolder(session);
      try {
        const child = spawn('ssh', sshWords(to, session, folder), {
          env: sshEnvironment(session, folder),
          stdio: 'pipe',
          timeout: session.timeoutMs,
          // Without a terminal it asks the script.
          detached: true,
        });
        const [stdout, stderr] = [bounded(child.stdout), bounded(child.stderr)];
        let written = 0;
        session.input.on('data', (bytes: Buffer) => {
          written += bytes.length;
        });
        // What ends early says why itself.
        void pipeline(session.input, child.stdin).catch(() => undefined);
        const status = await endOf(child);
        const outcome = status === 255 ? 'failed' : 'opened';
        record({ ...to, outcome, bytesRead: stdout().length + stderr().length, bytesWritten: written });
        return { status, stdout: stdout(), stderr: stderr() };
      } finally {
        folder.drop();
      }
    },
  };
};
