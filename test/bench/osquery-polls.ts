import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { makeToken } from '../support/tokens.ts';
import { percentile, type Result } from './report.ts';
import { cpuSeconds } from './support/process.ts';
import { type Connection, closedLoop, type Load, openAnonymous, requestBytes } from './support/raw-client.ts';
import { makeSite, type Site, startServer, withAppliance } from './support/site.ts';

const nodeCount = 2_000;
const connectionCount = 200;
const inFlight = 48;
const warmUpMs = 2_000;
const measureMs = 6_000;
/** The limit on enrolments counts per address. */
const perAddress = 500;

const expectNothing = ({ status, body }: { status: number; body: Buffer }): void => {
  if (status !== 200 || body.toString() !== '{"queries":{},"node_invalid":false}')
    throw new Error(`a poll was answered with ${status} ${body.toString().slice(0, 200)}`);
};

/** Nodes that answered their inventory lately: nearly every poll of a fleet is one of theirs. */
const enrolNodes = (site: Site): Promise<string[]> =>
  withAppliance(site, ({ devices, objects, db }) => {
    const token = makeToken(objects, 'osquery');
    const answered = db.prepare('insert into osquery_node (device, answered_at, revision) values (?, ?, 1)');
    return Array.from({ length: nodeCount }, (_, index) => {
      const key = createHash('sha256').update(`node ${index}`).digest('base64url');
      const { device } = devices.enrolClient({
        source: 'osquery',
        token,
        clientId: `node-${index}`,
        keyDigest: createHash('sha256').update(key).digest('hex'),
        facts: { uuid: randomUUID(), hostname: `node-${index}` },
        from: `10.0.${Math.floor(index / perAddress)}.1`,
      });
      answered.run(device.id, Date.now());
      return key;
    });
  });

const plainServer = async (site: Site): Promise<{ port: number; pid: number; stop(): Promise<void> }> => {
  const script = join(import.meta.dirname, 'support/plain-server.ts');
  const child = spawn(process.execPath, [script, site.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', (code) => reject(new Error(`the plain server ended with ${code}`)));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
};

type Measured = Load & { serverMicroseconds: number };

const measure = async (
  port: number,
  pid: number,
  ca: string | undefined,
  keys: readonly string[],
): Promise<Measured> => {
  const connections: Connection[] = [];
  for (let at = 0; at < connectionCount; at += 1) connections.push(await openAnonymous(port, ca));
  const requests = keys.map((key) => requestBytes('POST', '/api/osquery/distributed/read', { node_key: key }));
  const turn = { next: 0, answered: 0 };
  // A connection speaks for node after node: the server is to find each one anew.
  const request = (): Buffer => {
    turn.next = (turn.next + 1) % requests.length;
    return requests[turn.next] as Buffer;
  };
  const before = cpuSeconds(pid);
  const load = await closedLoop({
    connections,
    request,
    check: (reply) => {
      turn.answered += 1;
      expectNothing(reply);
    },
    inFlight,
    warmUpMs,
    measureMs,
  });
  const serverMicroseconds = ((cpuSeconds(pid) - before) / turn.answered) * 1e6;
  for (const connection of connections) connection.close();
  return { ...load, serverMicroseconds };
};

/** Polls of osquery nodes that have nothing to do, with and without TLS. */
export const osqueryPolls = async (): Promise<Result> => {
  const site = await makeSite('osquery');
  try {
    const keys = await enrolNodes(site);
    const plain = await plainServer(site);
    const bare = await measure(plain.port, plain.pid, undefined, keys).finally(() => plain.stop());
    const server = await startServer(site);
    const tls = await measure(server.port, server.pid, site.ca, keys).finally(() => server.stop());
    const latency = (name: string, load: Load) => [
      { what: `latency p50, ${name}`, value: percentile(load.latencies, 0.5), unit: 'ms' },
      { what: `latency p99, ${name}`, value: percentile(load.latencies, 0.99), unit: 'ms' },
    ];
    return {
      method: [
        `${nodeCount} nodes over ${connectionCount} kept-alive connections to \`sallyport serve\` (TLS 1.3), and to the same routes over plain HTTP; ${inFlight} polls in flight from one client process that sends prepared bytes; ${warmUpMs / 1000} s warm-up, ${measureMs / 1000} s counted. Each poll is hashed, looked up and noted as seen; nobody has anything to do.`,
        'Processor time of the server per poll is measured beside it, since client and server share the cores.',
      ],
      figures: [
        { what: 'distributed/read, no TLS', value: bare.perSecond, unit: '/s' },
        { what: 'distributed/read, TLS', value: tls.perSecond, unit: '/s' },
        { what: 'processor time per poll, no TLS', value: bare.serverMicroseconds, unit: 'µs' },
        { what: 'processor time per poll, TLS', value: tls.serverMicroseconds, unit: 'µs' },
        ...latency('no TLS', bare),
        ...latency('TLS', tls),
      ],
    };
  } finally {
    site.remove();
  }
};
