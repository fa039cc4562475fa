import type { ContextInput } from '@sallyport/ui/context';
import { type Actor, hasRight } from '../../engine/objects/types.ts';
import type { ConsoleDeps } from './types.ts';

/** A look at the work that took long is made again only after this many times as long. */
const rests = 50;
const maxReaders = 64;
const minuteMs = 60_000;

/** The two numbers of the navigation: work that is to be done now, as the worklist counts it, and what is between the sites. */
export const navigationBadges = (
  { worklist, exchange, jobs, clock }: Pick<ConsoleDeps, 'worklist' | 'exchange' | 'jobs' | 'clock'>,
  /** Keeps an answer while nothing is written. */
  kept: <T>(key: string, read: () => T) => T,
): ((actor: Actor) => ContextInput['badges']) => {
  const held = new Map<string, { count: number; atMs: number; againAtMs: number }>();

  const look = (reader: string, actor: Actor): number => {
    const startMs = clock();
    const count = worklist.list(actor).filter(({ band, isPutOff }) => band === 'now' && !isPutOff).length;
    const endMs = clock();
    held.delete(reader);
    held.set(reader, { count, atMs: startMs, againAtMs: endMs + (endMs - startMs) * rests });
    const [oldest] = held.keys();
    if (held.size > maxReaders && oldest !== undefined) held.delete(oldest);
    return count;
  };

  const dueNow = (actor: Actor): number => {
    const reader = JSON.stringify([actor.type, actor.id, [...actor.rights], actor.grants]);
    const nowMs = clock();
    const last = held.get(reader);
    // A clock that was set back holds nothing.
    if (last !== undefined && nowMs >= last.atMs && nowMs < last.againAtMs) return last.count;
    // Work comes due by time alone, too.
    return kept(`${reader} ${Math.floor(nowMs / minuteMs)}`, () => look(reader, actor));
  };

  const moving = (): number =>
    exchange.state().openRequests.length +
    jobs.list({ kind: 'import-bundle', limit: 5 }).filter(({ state }) => state === 'running').length;

  return (actor) => ({
    work: { level: 'critical', count: dueNow(actor) },
    ...(hasRight(actor, 'exchange:read') ? { exchange: { level: 'running', count: moving() } } : {}),
  });
};
