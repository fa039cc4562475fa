import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeAnswer } from '../../platform/connect.ts';
import type { ScanProgress } from './types.ts';

// Asking the addresses of a range, politely: never faster than the rate, one question in flight per address, in random
// order, and the ports of one address are spread over the whole run. A question is a TCP handshake without data, or a ping.

type Question = { address: string; port: number | 'ping' };

export type Answered = { address: string; alive: boolean; ports: number[] };

type ScanParts = {
  addresses: readonly string[];
  ports: readonly number[];
  ping: boolean;
  ratePerSecond: number;
  /** `silent` for no answer. */
  ask(question: Question): Promise<ProbeAnswer>;
  /** Looked at before each question. */
  stopped(): boolean;
  /** From 0 up to below 1. */
  random(): number;
  clock(): number;
  onProgress(progress: ScanProgress): void;
};

const maxInFlight = 200;
const patienceMs = 20;

/** The same in random order (Fisher and Yates). */
export const shuffled = <T>(values: readonly T[], random: () => number): T[] => {
  const all = [...values];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const held = all[at] as T;
    all[at] = all[other] as T;
    all[other] = held;
  }
  return all;
};

type Host = { address: string; left: Question['port'][]; answer: Answered };

/** Asks; returns what answered. Ends early when stopped. */
export const scanAddresses = async (
  parts: ScanParts,
): Promise<{ found: Answered[]; asked: number; whole: boolean }> => {
  const { ports, ping, ratePerSecond } = parts;
  const questions: Question['port'][] = [...(ping ? ['ping' as const] : []), ...ports];
  const queue: Host[] = shuffled(parts.addresses, parts.random).map((address) => ({
    address,
    left: [...questions],
    answer: { address, alive: false, ports: [] },
  }));
  const hosts = [...queue];
  const total = hosts.length * questions.length;
  const intervalMs = 1_000 / ratePerSecond;
  const inFlight = new Set<Promise<void>>();
  let asked = 0;
  let nextAt = parts.clock();

  const askOne = async (host: Host, port: Question['port']): Promise<void> => {
    const answer = await parts.ask({ address: host.address, port });
    if (answer !== 'silent') host.answer.alive = true;
    if (answer === 'open' && port !== 'ping') host.answer.ports.push(port);
    // Only now may this address be asked again.
    if (host.left.length > 0) queue.push(host);
  };

  const found = (): number => hosts.filter(({ answer }) => answer.alive).length;
  let fault: unknown;
  while (asked < total && !parts.stopped() && fault === undefined) {
    const host = inFlight.size < maxInFlight ? queue.shift() : undefined;
    if (host === undefined) {
      await Promise.race([...inFlight, sleep(patienceMs)]);
      continue;
    }
    const waitMs = nextAt - parts.clock();
    if (waitMs > 0) await sleep(waitMs);
    // What was late is not made up for: two questions are never closer than the rate allows.
    nextAt = Math.max(nextAt, parts.clock()) + intervalMs;
    const port = host.left.shift();
    if (port === undefined) continue;
    asked += 1;
    const question: Promise<void> = askOne(host, port)
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => inFlight.delete(question));
    inFlight.add(question);
    parts.onProgress({ done: asked, total, found: found() });
  }
  await Promise.all(inFlight);
  if (fault !== undefined) throw fault;
  return { found: hosts.map(({ answer }) => answer).filter(({ alive }) => alive), asked, whole: asked === total };
};
