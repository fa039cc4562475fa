import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventName } from '../../all-events.ts';
import type { EventService, NewEvent } from '../../engine/events/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { networkOf } from '../../platform/network.ts';

// Refusals in the journal. A refusal is told when it first comes; what repeats within a while is counted and told once,
// with its number. So the chain, which is never trimmed, grows with the number of kinds of refusals and not with their
// number, and the memory is bounded: past the bound, and past so many first ones a minute, callers are counted together.

type RefusalOf<N extends EventName> = {
  type: N;
  /** Those of its event but for the count. */
  params: Omit<NewEvent<N>['params'], 'count'>;
  actor?: string | undefined;
  from: string;
};

type Refused = {
  [N in 'login-failed' | 'access-refused' | 'token-refused']: RefusalOf<N>;
};

type Refusal = Refused[keyof Refused];

export type Refusals = {
  note(refusal: Refusal): void;
  /** Notes what a page or a call of the API was refused, where the code says that it was not the caller's to do. */
  refused(code: string, call: { actor: Actor | undefined; from: string; path: string }): void;
  /** Tells the numbers whose while is over; all of them when the server stops. */
  flush(all?: boolean): void;
};

const whileMs = 10 * 60_000;
const minuteMs = 60_000;
const maxHeld = 1_000;
const maxFirstPerMinute = 30;
/** The caller that stands for all that are counted together. */
const many = '';

/** All of a type together: who it was is left out, so that the key is one of few. */
const togetherOf: Refused = {
  'login-failed': { type: 'login-failed', params: { account: many, reason: many }, from: many },
  'access-refused': { type: 'access-refused', params: { code: many, path: many }, from: many },
  'token-refused': { type: 'token-refused', params: { reason: many }, from: many },
};

type Held = { refusal: Refusal; since: number; count: number };

/** Refusals of a right, of a form that is not of the session, of a request from another page. */
const isRefused = (code: string): boolean =>
  code === 'FORBIDDEN' || code === 'CSRF' || code === 'ORIGIN' || code.startsWith('APPROVAL_');

export function refusals(parts: { events: EventService; clock: () => number }): Refusals {
  const { events, clock } = parts;
  const held = new Map<string, Held>();
  let minute = { since: 0, first: 0 };

  const record = ({ type, params, actor, from }: Refusal, count: number): void => {
    events.record(type, {
      ...defined({ actor }),
      ...(from === many ? {} : { from }),
      params: { ...params, count },
    });
  };

  const tell = (key: string, { refusal, count }: Held): void => {
    held.delete(key);
    if (count > 0) record(refusal, count);
  };

  const flush = (all = false): void => {
    const now = clock();
    for (const [key, entry] of held) if (all || now - entry.since >= whileMs || now < entry.since) tell(key, entry);
  };

  const mayBeFirst = (now: number): boolean => {
    if (now - minute.since >= minuteMs || now < minute.since) minute = { since: now, first: 0 };
    minute.first += 1;
    return minute.first <= maxFirstPerMinute;
  };

  const keyOf = ({ type, params, actor, from }: Refusal): string =>
    JSON.stringify([type, params, actor ?? '', from === many ? many : networkOf(from)]);

  const note = (refusal: Refusal): void => {
    const now = clock();
    const key = keyOf(refusal);
    const entry = held.get(key);
    if (entry !== undefined && now - entry.since < whileMs && now >= entry.since) {
      entry.count += 1;
      return;
    }
    if (entry !== undefined) tell(key, entry);
    if (held.size < maxHeld && mayBeFirst(now)) {
      held.set(key, { refusal, since: now, count: 0 });
      record(refusal, 1);
      return;
    }
    const together = togetherOf[refusal.type];
    const shared = held.get(keyOf(together));
    if (shared === undefined) held.set(keyOf(together), { refusal: together, since: now, count: 1 });
    else shared.count += 1;
  };

  return {
    note,
    refused: (code, { actor, from, path }) => {
      if (!isRefused(code)) return;
      note({
        type: 'access-refused',
        actor: actor === undefined ? undefined : actorRef(actor),
        from,
        params: { code, path },
      });
    },
    flush,
  };
}
