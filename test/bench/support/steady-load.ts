import { setTimeout as sleep } from 'node:timers/promises';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { type Connection, openConnections, requestBytes } from './raw-client.ts';
import type { Certified } from './site.ts';

// Devices that check in and report at a steady rate, each over a connection of its own, whatever the answers take.

export type LoadSeen = {
  checkIns: number[];
  reports: number[];
  /** What was answered in place of success: what was sent, the status, the code. */
  refused: string[];
};

/** Status and code of a refusal. */
export const refusalText = (status: number, body: Buffer): string => {
  const { error = '' } = JSON.parse(body.toString('utf8')) as { error?: string };
  return `${status} ${error}`;
};

const rounds = 20;
const packages = 40;

/** Keeps so many check-ins and reports a second going until it is stopped; milliseconds of each answer. */
export async function steadyLoad(
  { port, ca }: { port: number; ca: string },
  devices: readonly Certified[],
  { checkInsPerSecond, reportsPerSecond }: { checkInsPerSecond: number; reportsPerSecond: number },
): Promise<{ take(): LoadSeen; stop(): Promise<void> }> {
  const connections = await openConnections(port, ca, devices);
  const idle: Connection[] = [...connections];
  const work = new Set<Promise<void>>();
  let seen: LoadSeen = { checkIns: [], reports: [], refused: [] };
  const state = { over: false, sent: 0 };
  const checkIn = requestBytes('POST', `${nativePrefix}/check-in`, {
    bootId: 'a'.repeat(32),
    seq: 1,
    version: '1',
    sections: {},
  });
  const report = (): Buffer => {
    state.sent += 1;
    const items = Array.from({ length: packages }, (_, n) => ({
      type: 'deb',
      name: `package-${n}`,
      version: n < 3 ? `${state.sent}.1` : '1',
      arch: 'amd64',
    }));
    return requestBytes('PUT', `${nativePrefix}/sections/software`, {
      hash: sectionHash(items),
      collectedAt: '2026-11-29T10:00:00Z',
      items,
    });
  };
  const send = (bytes: Buffer, into: 'checkIns' | 'reports'): void => {
    const connection = idle.shift();
    // All wait for an answer: what is not sent shows in the counts.
    if (connection === undefined) return;
    const start = performance.now();
    const one = connection.send(bytes).then(({ status, body }) => {
      seen[into].push(performance.now() - start);
      if (status >= 300) seen.refused.push(`${into} ${refusalText(status, body)}`);
      idle.push(connection);
    });
    work.add(one);
    void one.finally(() => work.delete(one));
  };
  const begun = performance.now();
  const pacing = (async () => {
    for (let round = 1; !state.over; round += 1) {
      for (let n = 0; n < checkInsPerSecond / rounds; n += 1) send(checkIn, 'checkIns');
      for (let n = 0; n < reportsPerSecond / rounds; n += 1) send(report(), 'reports');
      await sleep(Math.max(0, begun + round * (1_000 / rounds) - performance.now()));
    }
  })();
  return {
    take: () => {
      const taken = seen;
      seen = { checkIns: [], reports: [], refused: [] };
      return taken;
    },
    stop: async () => {
      state.over = true;
      await pacing;
      await Promise.all(work);
      for (const connection of connections) connection.close();
    },
  };
}
