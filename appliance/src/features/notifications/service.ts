import type { EventService } from '../../engine/events/service.ts';
import type { EventSpan, StoredEvent } from '../../engine/events/types.ts';
import type { FurtherRule, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, holdsAnywhere, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { filterOf, queryFault } from '../../platform/filter/written-filter.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { AccountService } from '../accounts/service.ts';
import { accountsOf, ruleOfBody, rulesOf } from './rules.ts';
import { notificationStore, type StoredNotification } from './store.ts';
import {
  type Counts,
  NOTIFICATION_MUTE,
  NOTIFICATION_RULE,
  type Notification,
  type NotificationRule,
  type Preview,
  rankOf,
  type Severity,
  type WorstEntry,
  worstOf,
} from './types.ts';

/** So many events are looked at in one turn: some ms of the thread that answers. */
const batchEvents = 2_000;
const dayMs = 86_400_000;
const keptDays = 90;
const previewDays = 30;
/** The form waits for it. */
const mostPreviewed = 20_000;
const mostMutes = 10_000;
/** A page of the inbox. */
const mostShown = 50;

type Parts = {
  db: Database;
  events: EventService;
  objects: ObjectService;
  accounts: Pick<AccountService, 'personOf'>;
  clock: () => number;
};

/** Events that a person is told of by a rule, at one moment. */
type Found = { readonly account: string; readonly rule: NotificationRule; readonly events: readonly StoredEvent[] };

type Reach = Pick<EventSpan, 'scope' | 'reader' | 'controllers'>;

export type NotificationService = ReturnType<typeof notificationService>;

const countsOf = (events: readonly StoredEvent[], before: Counts = {}): Counts => {
  const counts: Partial<Record<Severity, number>> = { ...before };
  for (const { severity } of events) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
};

const entriesOf = (events: readonly StoredEvent[]): WorstEntry[] =>
  events.map(({ id, severity }) => [id, rankOf(severity)]);

const worstSeverity = (counts: Counts): Severity => {
  const present = (Object.keys(counts) as Severity[]).sort((a, b) => rankOf(a) - rankOf(b));
  return present[0] ?? 'info';
};

/** Rules over the events behind a position, and the inbox that they fill. */
export function notificationService({ db, events, objects, accounts, clock }: Parts) {
  const { personOf } = accounts;
  const store = notificationStore(db);

  const nameOfRule = (id: string): string =>
    String(objects.find(NOTIFICATION_RULE, id, { deleted: true })?.body.name ?? id);

  /** What of events a person reaches; undefined: none. */
  const reachOf = (person: Actor): Reach | undefined =>
    holdsAnywhere(person, 'events:read')
      ? {
          scope: scopeOf(person, 'events:read'),
          reader: actorRef(person),
          controllers: holdsAnywhere(person, 'controllers:read') ? scopeOf(person, 'controllers:read') : undefined,
        }
      : undefined;

  /** The rules and devices that are muted now. */
  const mutes = (nowMs: number) => {
    const rows = objects
      .list({ kind: NOTIFICATION_MUTE, limit: mostMutes })
      .rows.filter(({ body }) => Date.parse(String(body.until ?? '')) > nowMs);
    const devices = new Set(
      rows.flatMap(({ body }) => [
        ...(body.device === undefined ? [] : [store.deviceOf(body.device) ?? 0]),
        ...(body.group === undefined ? [] : store.devicesOfGroup(body.group)),
      ]),
    );
    const rules = new Set(rows.flatMap(({ body }) => body.rule ?? []));
    return {
      isRule: (id: string): boolean => rules.has(id),
      isEvent: ({ device }: StoredEvent): boolean => device !== null && devices.has(device),
    };
  };

  /** Whom each rule tells of which events in a span; an event counts once for a person, for the first rule by name. */
  const findIn = (batch: readonly StoredEvent[], span: { after: number; upTo: number }): Found[] => {
    const muted = mutes(clock());
    const byNumber = new Map(batch.filter((event) => !muted.isEvent(event)).map((event) => [event.id, event]));
    const told = new Map<string, Set<number>>();
    return rulesOf(objects).flatMap((rule) => {
      if (muted.isRule(rule.id) || queryFault(events, rule.query) !== undefined) return [];
      const filter = filterOf(events, rule.query);
      // All who reach the whole site are told of the same.
      const known = new Map<string, readonly number[]>();
      return accountsOf(objects, rule).flatMap((account): Found[] => {
        const reach = reachOf(personOf(account));
        if (reach === undefined) return [];
        const key = reach.scope.site ? '' : account.id;
        const numbers = known.get(key) ?? events.numbersIn({ ...span, ...reach, filter, most: batchEvents });
        known.set(key, numbers);
        const seen = told.get(account.id) ?? new Set();
        told.set(account.id, seen);
        const own = numbers.filter((number) => byNumber.has(number) && !seen.has(number));
        for (const number of own) seen.add(number);
        const found = own.flatMap((number) => byNumber.get(number) ?? []);
        return found.length === 0 ? [] : [{ account: account.id, rule, events: found }];
      });
    });
  };

  const keep = ({ account, rule, events: found }: Found, nowMs: number): void => {
    const open = store.open(account, rule.id, nowMs);
    const counts = countsOf(found, open?.counts);
    const worst = JSON.stringify(worstOf([...(open?.worst ?? []), ...entriesOf(found)]));
    const row = { lastAt: nowMs, counts: JSON.stringify(counts), worst };
    if (open !== undefined) store.extend({ ...row, id: open.id, count: open.count + found.length });
    else
      store.add({
        ...row,
        account,
        rule: rule.id,
        openedAt: nowMs,
        closesAt: nowMs + rule.windowMs,
        count: found.length,
      });
  };

  /** Looks at the events behind the position; whether more wait. */
  const look = (): boolean =>
    immediate(db, () => {
      const newest = events.newest();
      const position = store.position();
      // What happened before the first look is past; a database that went back has its own events again.
      if (position === undefined || position > newest) {
        store.setPosition(newest);
        return false;
      }
      const batch = events.after(position, batchEvents);
      const last = batch.at(-1);
      if (last === undefined) return false;
      const nowMs = clock();
      for (const found of findIn(batch, { after: position, upTo: last.id })) keep(found, nowMs);
      store.setPosition(last.id);
      return batch.length === batchEvents;
    });

  const knowWords = async (): Promise<void> => {
    const { wordsOf } = await import('@sallyport/ui/i18n/catalogue');
    events.knowWords(wordsOf);
  };

  /** A token acts for its account. */
  const accountOf = ({ type, id }: Actor): string => {
    const account = type === 'token' ? objects.find('token', id)?.body.account : type === 'account' ? id : undefined;
    if (typeof account !== 'string')
      throw new AppError('CONFLICT', 'only an account has an inbox; log in first: sallyport login');
    return account;
  };

  const shown = (row: StoredNotification): Notification => ({
    id: row.id,
    rule: row.rule,
    ruleName: nameOfRule(row.rule),
    openedAt: row.openedAt,
    lastAt: row.lastAt,
    count: row.count,
    severity: worstSeverity(row.counts),
    counts: row.counts,
    worst: row.worst.map(([event]) => event),
    isRead: row.readAt !== null,
  });

  const bodyRule: FurtherRule = (_id, body) => {
    const fault = queryFault(events, String(body['query'] ?? ''));
    const accounts = Array.isArray(body['accounts']) ? body['accounts'] : [];
    const roles = Array.isArray(body['roles']) ? body['roles'] : [];
    const isGone = (kind: 'account' | 'role') => (id: unknown) =>
      objects.find(kind, String(id), { deleted: true }) === undefined;
    return {
      faults: {
        ...(fault === undefined ? {} : { query: fault }),
        ...(accounts.some(isGone('account')) ? { accounts: { key: 'validation.reference' } } : {}),
        ...(roles.some(isGone('role')) ? { roles: { key: 'validation.reference' } } : {}),
      },
      body,
    };
  };

  return {
    bodyRules: { [NOTIFICATION_RULE]: bodyRule } as Readonly<Record<string, FurtherRule>>,
    /** One turn over what happened since; whether more wait. */
    turn: async (): Promise<boolean> => {
      if (store.position() === events.newest()) return false;
      await knowWords();
      return look();
    },
    /** The inbox of the caller, the newest first. CONFLICT for who is no account. */
    inbox: (actor: Actor, query: { before?: number | undefined; limit?: number } = {}) => {
      const account = accountOf(actor);
      const limit = query.limit ?? mostShown;
      const rows = store.inbox(account, query.before ?? Number.MAX_SAFE_INTEGER, limit + 1);
      const page = rows.slice(0, limit);
      return {
        rows: page.map(shown),
        ...(store.counted(account) ?? { total: 0, unread: 0 }),
        next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },
    unread: (account: string): number => store.counted(account)?.unread ?? 0,
    /** NOT_FOUND for what is not in the caller's inbox. */
    markRead: (actor: Actor, id: number): void => {
      if (store.read(clock(), id, accountOf(actor)) === 0)
        throw new AppError('NOT_FOUND', `there is no notification ${id} in this inbox`);
    },
    /** How many were unread. */
    markAllRead: (actor: Actor): number => store.readAll(clock(), accountOf(actor)),
    /** What a rule would have sent in the last days, by person; of what is in reach now. INVALID; the words of events have to be known. */
    preview: (body: Readonly<Record<string, unknown>>): Preview => {
      const rule = ruleOfBody('', body);
      const sinceMs = clock() - previewDays * dayMs;
      const from: Filter = { field: 'from', op: 'after', value: new Date(sinceMs).toISOString() };
      const filter = filterOf(events, rule.query);
      const span = { after: 0, upTo: events.newest(), most: mostPreviewed + 1 };
      const asked = filter === undefined ? from : { all: [filter, from] };
      const counted = (reach: Reach | undefined) => {
        const times = reach === undefined ? [] : events.timesIn({ ...span, ...reach, filter: asked });
        let [messages, closesAt] = [0, 0];
        for (const at of times) {
          if (at < closesAt) continue;
          messages += 1;
          closesAt = at + rule.windowMs;
        }
        return { events: Math.min(times.length, mostPreviewed), messages, isMore: times.length > mostPreviewed };
      };
      const { events: count, isMore } = counted({ scope: wholeSite('site-right') });
      return {
        days: previewDays,
        events: count,
        isMore,
        persons: accountsOf(objects, rule).map((account) => {
          const { events: own, messages } = counted(reachOf(personOf(account)));
          return { account: account.id, name: String(account.body.name ?? account.id), events: own, messages };
        }),
      };
    },
    trim: (): number => store.trim(clock() - keptDays * dayMs) + store.dropOrphans(),
  };
}
