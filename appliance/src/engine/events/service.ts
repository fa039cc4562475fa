import { timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { once } from '@sallyport/bundle-tools/platform/once';
import { type Lang, langs, type Template } from '@sallyport/ui/i18n/types';
import type { EventName, Events } from '../../all-events.ts';
import { commitmentOf } from '../../platform/commitment.ts';
import { type Database, immediate, nowIn } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { wholeSite } from '../../platform/scope.ts';
import { fold } from '../../platform/sql-functions.ts';
import { atOnce, oneAtATime } from '../../platform/steps.ts';
import { cleanLine } from '../../platform/text.ts';
import { type CheckedEntries, chainStart, checkEntries, entryHash, headBytes } from './chain.ts';
import { eventVocabulary } from './field-queries.ts';
import { type EventStore, eventStore } from './store.ts';
import {
  type AuditEntry,
  type ChainReport,
  type EventOf,
  type EventPage,
  type EventParams,
  type EventQuery,
  type EventSpan,
  type EventType,
  isParam,
  type NewAuditEntry,
  type StoredEvent,
} from './types.ts';

const placeholder = /\{\w+\}/g;

const sentencesIn = (template: Template | undefined): string[] =>
  (typeof template === 'string' ? [template] : Object.values(template ?? {})).map((text) =>
    fold(text.replace(placeholder, ' ')),
  );

type WordsOf = (lang: Lang) => Readonly<Record<string, Template>>;

/** The types of events whose sentence, in whichever language, has a text: people search for what stands on the page. */
function eventTypesWithWords(types: readonly string[]) {
  let wordsOf: WordsOf | undefined;
  const known = once(() => {
    if (wordsOf === undefined)
      throw new AppError('INTERNAL', 'events are searched by text before their words are known');
    const words = langs.map(wordsOf);
    return types.map((type) => ({ type, sentences: words.flatMap((of) => sentencesIn(of[`event.${type}`])) }));
  });
  return {
    knowWords: (of: WordsOf): void => {
      wordsOf = of;
    },
    typesWith: (text: string): readonly string[] => {
      const asked = fold(text.trim());
      return known()
        .filter(({ sentences }) => sentences.some((one) => one.includes(asked)))
        .map(({ type }) => type);
    },
  };
}

/** What `record` takes of an event. */
export type NewEvent<N extends EventName> = EventOf<Events[N]>;

export type EventService = {
  types(): readonly EventType[];
  /** Throws INTERNAL for a wrong parameter that the compiler could not see: that is a defect of ours, not of input. */
  record<N extends EventName>(type: N, event: NewEvent<N>): StoredEvent;
  /**
   * The language that lists of events are asked in. Before a text is asked for, `knowWords` has what `wordsOf` of the catalogue
   * gives: loading it takes a tenth of the start of a command.
   */
  readonly language: FilterLanguage;
  knowWords(wordsOf: WordsOf): void;
  list(query: EventQuery): EventPage;
  /** The number of the newest event; 0 where there is none. */
  newest(): number;
  /** Of the whole site, in order, behind a number. */
  after(number: number, limit: number): StoredEvent[];
  /** Those with these numbers that are still kept, in order. */
  byNumbers(numbers: readonly number[]): StoredEvent[];
  /** How many are kept behind a number, up to another. */
  countIn(after: number, upTo: number): number;
  /** The numbers of what a filter finds in a span, as far as a reach goes. */
  numbersIn(span: EventSpan): number[];
  /** The same: when they happened. */
  timesIn(span: EventSpan): number[];
  /** Adds an entry to the audit chain; needs the caller's transaction. Returns its number. */
  append(entry: NewAuditEntry): number;
  audit(query: { after?: number; limit: number; kind?: string; object?: string }): AuditEntry[];
  /** The event that an entry of the chain vouches for; undefined where either is another than it was. */
  vouched(seq: number): StoredEvent | undefined;
  /** The whole chain in order; no write may happen on this connection while it is read. */
  entries(): Iterable<AuditEntry>;
  verifyChain(): ChainReport;
  /** The same on a thread that others wait for: in short turns, once at a time. */
  verifyChainInTurns(): Promise<ChainReport>;
  /** Applies retention and the cap. */
  trim(): number;
};

type EventParts = {
  db: Database;
  keyring: Keyring;
  types: readonly EventType[];
  /** The cap on events that are not audit events; read at each trim. */
  maxRows: () => number;
};

const dayMs = 86_400_000;
const batchRows = 5_000;
const maxTextLength = 1_000;
/** So many events between two looks at the cap. */
const capInterval = 1_000;

const cleanText = (text: string): string => cleanLine(text.slice(0, maxTextLength));

const checkParams = (type: EventType, params: EventParams): EventParams => {
  const checked: EventParams = {};
  for (const [name, paramType] of Object.entries(type.params)) {
    const value = params[name];
    if (!isParam(paramType, value))
      throw new AppError('INTERNAL', `event ${type.type}: parameter ${name} is missing or wrong`);
    checked[name] = typeof value === 'string' ? cleanText(value) : value;
  }
  const extra = Object.keys(params).find((name) => !(name in type.params));
  if (extra !== undefined) throw new AppError('INTERNAL', `event ${type.type}: parameter ${extra} is not declared`);
  return checked;
};

/** The kind of the entries that record an event. */
const eventKind = 'event';

/** What an audit event's commitment covers. */
const eventContent = (event: Pick<StoredEvent, 'type' | 'device' | 'params'>) => ({
  type: event.type,
  device: event.device,
  params: event.params,
});

/** Who an audit event without an actor is put down to. */
const SYSTEM_ACTOR = 'system:appliance';

const isOf = (event: StoredEvent & { salt: Buffer | null }, entry: AuditEntry): boolean =>
  event.salt !== null &&
  commitmentOf(event.salt, eventContent(event)).toString('hex') === entry.commitment &&
  event.at === entry.at &&
  event.from === entry.from &&
  (event.actor ?? SYSTEM_ACTOR) === entry.actor;

/** So many rows between two breaks. */
const checkedRows = 200;

type Broken = (at: number, reason: string) => ChainReport;

/**
 * Every entry up to `length` has its event and the other way round: what people read is what the chain vouches for. Events that were
 * recorded meanwhile are left to the next time.
 */
function* checkEvents(
  store: EventStore,
  length: number,
  broken: Broken,
): Generator<void, ChainReport | undefined, void> {
  let events = 0;
  let last = { auditSeq: 0, id: 0 };
  for (;;) {
    const page = store.auditEvents(last, checkedRows);
    for (const event of page) {
      const seq = event.auditSeq ?? 0;
      const entry = store.entry(seq);
      if (entry === undefined) return broken(seq, `event ${event.id} has no entry`);
      // They come in the order of their entries.
      if (seq <= last.auditSeq) return broken(seq, `event ${event.id} is there twice`);
      last = { auditSeq: seq, id: event.id };
      if (seq > length) continue;
      if (entry.kind !== eventKind || !isOf(event, entry)) return broken(seq, `event ${event.id} was altered`);
      events += 1;
    }
    if (page.length < checkedRows) break;
    yield;
  }
  const entries = store.countEntries(eventKind, length);
  return entries === events ? undefined : broken(0, `${entries - events} audit events are missing`);
}

/** Goes through the whole chain; it may grow at each break. */
function* verifyingChain(store: EventStore, keyring: Keyring): Generator<void, ChainReport, void> {
  let checked: CheckedEntries = checkEntries([]);
  const broken: Broken = (brokenAt, reason) => ({ ok: false, length: checked.length, brokenAt, reason });
  for (;;) {
    const { entries, sealed } = store.entriesWithHead(checked.length, checkedRows);
    checked = checkEntries(entries, checked);
    const { length, head, fault } = checked;
    if (fault) return broken(fault.at, fault.reason);
    if (entries.length === checkedRows) {
      yield;
      continue;
    }
    if (sealed === undefined)
      return length === 0 ? { ok: true, length, head } : broken(length, 'the seal of the head is missing');
    // Entries cut from the end leave valid links behind; rewriting the whole chain takes the site's key.
    if (sealed.seq !== length)
      return broken(length + 1, `the chain ends at ${length}, its sealed head is ${sealed.seq}`);
    const mac = keyring.mac('audit-head', headBytes(length, head));
    if (mac.length !== sealed.mac.length || !timingSafeEqual(mac, sealed.mac))
      return broken(length, 'the seal of the head does not match');
    return (yield* checkEvents(store, length, broken)) ?? { ok: true, length, head };
  }
}

/** The event engine over its declarations. */
export const eventService = ({ db, keyring, types, maxRows }: EventParts): EventService => {
  const { knowWords, typesWith } = eventTypesWithWords(types.map(({ type }) => type));
  // Its fields and their words are the same wherever somebody reaches; what they find is not.
  const vocabulary = eventVocabulary(typesWith, wholeSite('figures'));
  const store = eventStore(db, (scope) => (scope.site ? vocabulary : eventVocabulary(typesWith, scope)));
  const byName = new Map(types.map((type) => [type.type, type]));
  /** What happened to one controller. */
  const ofControllers = types
    .filter(({ bound, params }) => bound === 'zone' && params['controller'] === 'text')
    .map(({ type }) => type);
  let sinceCap = 0;

  const typeOf = (name: string): EventType => {
    const type = byName.get(name);
    if (type === undefined) throw new AppError('INTERNAL', `event type ${name} is not declared`);
    return type;
  };

  const append = (entry: NewAuditEntry): number => {
    if (!db.inTransaction) throw new AppError('INTERNAL', 'an audit entry needs the transaction of what it records');
    const last = store.lastEntry();
    const draft = {
      seq: (last?.seq ?? 0) + 1,
      at: entry.at,
      actor: entry.actor,
      from: entry.from ?? null,
      operation: entry.operation,
      kind: entry.kind,
      object: entry.object,
      revision: entry.revision,
      commitment: Buffer.from(entry.commitment).toString('hex'),
      prev: last?.hash ?? chainStart,
    };
    const hash = entryHash(draft);
    store.insertEntry({ ...draft, hash });
    store.setHead(draft.seq, keyring.mac('audit-head', headBytes(draft.seq, hash)));
    return draft.seq;
  };

  const applyCap = (most: number): number => {
    const surplus = store.countPlain() - maxRows();
    return surplus <= 0 ? 0 : store.trimOldest(Math.min(surplus, most));
  };

  const insert = (
    type: EventType,
    event: NewEvent<EventName>,
    auditOf: ((content: unknown, salt: Buffer, at: number) => number) | null,
  ): StoredEvent => {
    const at = nowIn(db);
    const params = checkParams(type, event.params);
    const device = event.device ?? null;
    const salt = auditOf === null ? null : Buffer.from(randomBytes(16));
    const auditSeq =
      auditOf === null || salt === null ? null : auditOf(eventContent({ type: type.type, device, params }), salt, at);
    const stored = {
      at,
      type: type.type,
      severity: type.severity,
      area: type.area,
      device,
      actor: event.actor ?? null,
      from: event.from ?? null,
      params,
      auditSeq,
    };
    const id = store.insert({
      at: stored.at,
      type: stored.type,
      severity: stored.severity,
      area: stored.area,
      device,
      actor: stored.actor,
      from_address: stored.from,
      params: JSON.stringify(params),
      audit_seq: auditSeq,
      salt,
    });
    return { id, ...stored };
  };

  const record = (name: EventName, event: NewEvent<EventName>): StoredEvent => {
    const type = typeOf(name);
    if (type.audit) {
      return immediate(db, () =>
        insert(type, event, (content, salt, at) =>
          append({
            at,
            actor: event.actor ?? SYSTEM_ACTOR,
            from: event.from,
            operation: type.type,
            kind: eventKind,
            object: event.device === undefined ? '' : `device:${event.device}`,
            revision: 0,
            commitment: commitmentOf(salt, content),
          }),
        ),
      );
    }
    const stored = insert(type, event, null);
    sinceCap += 1;
    // Outside a transaction only: storing must not wait for, or fail with, the removal of old rows.
    if (sinceCap >= capInterval && !db.inTransaction) {
      sinceCap = 0;
      applyCap(2 * capInterval);
    }
    return stored;
  };

  return {
    types: () => types,
    record,
    append,
    // A part of what an event says is looked for in every one of them.
    knowWords,
    language: filterLanguage({ vocabulary, scans: 2 }),
    list: (query) => store.page(query),
    newest: store.newest,
    after: store.after,
    byNumbers: store.byNumbers,
    countIn: store.countIn,
    numbersIn: (span) => store.foundIn('id', span, ofControllers),
    timesIn: (span) => store.foundIn('at', span, ofControllers),
    audit: (query) => store.auditPage(query),
    entries: () => store.entries(),
    vouched: (seq) => {
      const [entry, event] = [store.entry(seq), store.eventOf(seq)];
      if (entry === undefined || event === undefined || entryHash(entry) !== entry.hash) return undefined;
      if (entry.kind !== eventKind || !isOf(event, entry)) return undefined;
      const { salt: _salt, ...stored } = event;
      return stored;
    },
    verifyChain: () => atOnce(verifyingChain(store, keyring)),
    verifyChainInTurns: oneAtATime(() => verifyingChain(store, keyring)),
    trim: () => {
      let removed = 0;
      for (const type of types) {
        if (type.audit) continue;
        const before = nowIn(db) - type.retentionDays * dayMs;
        for (let n = batchRows; n === batchRows; removed += n) n = store.trimType(type.type, before, batchRows);
      }
      for (let n = batchRows; n === batchRows; removed += n) n = applyCap(batchRows);
      return removed;
    },
  };
};
