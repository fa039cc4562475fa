import { gzipSync } from 'node:zlib';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { type Random, random } from '../bench/support/random.ts';
import { type Connection, openConnection, type Reply, requestBytes } from '../bench/support/raw-client.ts';
import type { Certified } from '../bench/support/site.ts';

// Plays a fleet of our own agents over mutual TLS, as far as the server can tell: each checks in when it was told to, sends
// the sections that are wanted, waits as long as a refusal says, and backs off like the agent when nobody answers. Time runs
// faster than in life by `haste`.

export type Item = Record<string, unknown>;

type PlayedAgent = {
  readonly device: Certified;
  /** Rises with every change of its software. */
  version: number;
  /** The newest version that was answered 2xx; -1: none. */
  acknowledged: number;
  /** Check-ins that were answered since the last `mark`. */
  answered: number;
  /** Tries that failed since the last `mark`. */
  failed: number;
};

type FleetOptions = {
  source: { port: number; ca: string };
  devices: readonly Certified[];
  /** Software of an agent's version. */
  items(agent: number, version: number): Item[];
  /** Of the check-ins of an agent whose newest version is acknowledged, how many bring a change. */
  churn: number;
  /** Of the requests, how many are broken off by the agent itself. */
  breaks: number;
  haste: number;
  seed: number;
};

// As the agent's own (agent/src/platform/timing.ts).
const backoffFirstMs = 2_000;
const backoffMostMs = 15 * 60_000;

const jittered = (ms: number, rng: Random): number => ms * (0.5 + rng.next());

const waitMs = (reply: Reply, rng: Random): number => jittered((reply.retryAfterSeconds ?? 60) * 1_000, rng);

/** A fleet that plays until it is stopped. */
export const playFleet = (options: FleetOptions) => {
  const { source, devices, items, haste } = options;
  const agents = devices.map(
    (device): PlayedAgent => ({ device, version: 0, acknowledged: -1, answered: 0, failed: 0 }),
  );
  const state = { over: false, connections: 0, asking: 0 };
  const seen = { checkIns: 0, sections: 0, turnedAway: 0, refused: [] as string[], latencies: [] as number[] };
  const sleepers = new Set<() => void>();

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms / haste);
      sleepers.add(wake);
    });

  const send = async (connection: Connection, rng: Random, bytes: Buffer): Promise<Reply> => {
    const sent = performance.now();
    const reply = connection.send(bytes);
    if (rng.next() < options.breaks) {
      connection.close();
      reply.catch(() => undefined);
      throw new Error('broken off');
    }
    const done = await reply;
    seen.latencies.push(performance.now() - sent);
    if (done.status !== 200 && done.status !== 429 && done.status !== 503)
      seen.refused.push(`${done.status} ${done.body.toString().slice(0, 200)}`);
    return done;
  };

  /** One check-in with what follows from it; how long to wait for the next. */
  const cycle = async (agent: PlayedAgent, index: number, connection: Connection, rng: Random): Promise<number> => {
    if (agent.acknowledged === agent.version && rng.next() < options.churn) agent.version += 1;
    const software = items(index, agent.version);
    const hash = sectionHash(software);
    const checkIn = {
      bootId: index.toString(16).padStart(32, '0'),
      seq: 1,
      version: '1',
      sections: { software: hash },
    };
    const reply = await send(connection, rng, requestBytes('POST', `${nativePrefix}/check-in`, checkIn));
    if (reply.status !== 200) {
      seen.turnedAway += 1;
      return waitMs(reply, rng);
    }
    agent.answered += 1;
    seen.checkIns += 1;
    const { next, want } = JSON.parse(reply.body.toString()) as { next: number; want: string[] };
    if (!want.includes('software')) {
      // It is held: an answer that got lost on its way is made up for.
      agent.acknowledged = agent.version;
      return next * 1_000;
    }
    const body = gzipSync(JSON.stringify({ hash, collectedAt: '2026-11-24T10:00:00Z', items: software }), { level: 1 });
    const put = await send(connection, rng, requestBytes('PUT', `${nativePrefix}/sections/software`, body));
    if (put.status === 200) {
      agent.acknowledged = agent.version;
      seen.sections += 1;
      return next * 1_000;
    }
    seen.turnedAway += 1;
    return waitMs(put, rng);
  };

  const play = async (agent: PlayedAgent, index: number): Promise<void> => {
    const rng = random(options.seed * 65_537 + index);
    let connection: Connection | undefined;
    let failures = 0;
    const asking = async (cycling: () => Promise<number>): Promise<number> => {
      state.asking += 1;
      try {
        return await cycling();
      } finally {
        state.asking -= 1;
      }
    };
    await sleep(rng.next() * 60_000);
    while (!state.over) {
      try {
        const nextMs = await asking(async () => {
          if (connection === undefined) {
            state.connections += 1;
            connection = await openConnection(source.port, source.ca, agent.device);
          }
          return cycle(agent, index, connection, rng);
        });
        failures = 0;
        await sleep(nextMs);
      } catch {
        connection?.close();
        connection = undefined;
        failures += 1;
        agent.failed += 1;
        await sleep(jittered(Math.min(backoffMostMs, backoffFirstMs * 2 ** (failures - 1)), rng));
      }
    }
    connection?.close();
  };

  const playing = Promise.all(agents.map(play));
  return {
    agents,
    seen,
    /** Connections that were tried. */
    connections: (): number => state.connections,
    /** Agents that are in the middle of a check-in now. */
    asking: (): number => state.asking,
    /** Forgets what was counted per agent. */
    mark: (): void => {
      for (const agent of agents) {
        agent.answered = 0;
        agent.failed = 0;
      }
    },
    stop: async (): Promise<void> => {
      state.over = true;
      for (const wake of sleepers) wake();
      await playing;
    },
  };
};

export type Fleet = ReturnType<typeof playFleet>;
