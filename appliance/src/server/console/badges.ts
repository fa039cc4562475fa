import type { ContextInput } from '@sallyport/ui/context';
import { type Actor, hasRight } from '../../engine/objects/types.ts';
import type { ConsoleDeps } from './types.ts';

/** A look at the work that took long is made again only after this many times as long. */
const rests = 50;
const maxReaders = 64;
const minuteMs = 60_000;

type Items = ReturnType<ConsoleDeps['worklist']['list']>;

/** What a reader's worklist had when it was looked at last, for what stands on every page and is asked at each letter. */
export const keptWork = (
  { worklist, clock }: Pick<ConsoleDeps, 'worklist' | 'clock'>,
  /** Keeps an answer while nothing is written. */
  kept: <T>(key: string, read: () => T) => T,
) => {
  const held = new Map<string, { items: Items; atMs: number; againAtMs: number }>();
  const keyOf = ({ type, id, rights, grants }: Actor): string => JSON.stringify([type, id, [...rights], grants]);

  const look = (reader: string, actor: Actor): Items => {
    const startMs = clock();
    const items = worklist.list(actor);
    const endMs = clock();
    held.delete(reader);
    held.set(reader, { items, atMs: startMs, againAtMs: endMs + (endMs - startMs) * rests });
    const [oldest] = held.keys();
    if (held.size > maxReaders && oldest !== undefined) held.delete(oldest);
    return items;
  };

  /** As it is now. */
  const now = (actor: Actor): Items => {
    const reader = keyOf(actor);
    const nowMs = clock();
    const last = held.get(reader);
    // A clock that was set back holds nothing.
    if (last !== undefined && nowMs >= last.atMs && nowMs < last.againAtMs) return last.items;
    // Work comes due by time alone, too.
    return kept(`${reader} ${Math.floor(nowMs / minuteMs)}`, () => look(reader, actor));
  };

  /** As it was within the last minute: the page that asks has looked already. */
  const lately = (actor: Actor): Items => {
    const ageMs = clock() - (held.get(keyOf(actor))?.atMs ?? Number.NEGATIVE_INFINITY);
    return ageMs >= 0 && ageMs < minuteMs ? (held.get(keyOf(actor))?.items ?? []) : now(actor);
  };

  return { now, lately };
};

/** The two numbers of the navigation: work that is to be done now, as the worklist counts it, and what is between the sites. */
export const navigationBadges = (
  { exchange, jobs }: Pick<ConsoleDeps, 'exchange' | 'jobs'>,
  workOf: (actor: Actor) => Items,
): ((actor: Actor) => ContextInput['badges']) => {
  const dueNow = (actor: Actor): number =>
    workOf(actor).filter(({ band, isPutOff }) => band === 'now' && !isPutOff).length;

  const moving = (): number =>
    exchange.state().openRequests.length +
    jobs.list({ kind: 'import-bundle', limit: 5 }).filter(({ state }) => state === 'running').length;

  return (actor) => ({
    work: { level: 'critical', count: dueNow(actor) },
    ...(hasRight(actor, 'exchange:read') ? { exchange: { level: 'running', count: moving() } } : {}),
  });
};
