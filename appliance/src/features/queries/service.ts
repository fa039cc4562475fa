import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Personal } from '../../platform/personal.ts';
import { firstIn } from '../../platform/rate-limit.ts';
import { isWithin, limitOf, type Scope, wholeSite } from '../../platform/scope.ts';
import { cleanLine } from '../../platform/text.ts';
import { boundedQuery } from './osquery-queries.ts';
import { sqlGuard } from './sql-guard.ts';
import { type AnswerRow, type QueryRow, queryStore } from './store.ts';
import {
  type AnswerState,
  answerLimits,
  type DeviceAnswer,
  type LiveQuery,
  maxWaitSeconds,
  type NewQuery,
  type QueryCounts,
  type RawAnswer,
  type ResultRow,
} from './types.ts';

export type QueryService = {
  /** Asks devices; MALFORMED and FORBIDDEN for SQL that may not be asked, INVALID where no device would answer. */
  run(actor: Actor, wanted: NewQuery): LiveQuery;
  /** For the devices in reach. */
  stop(actor: Actor, id: string): LiveQuery;
  /** Throws NOT_FOUND, also where none of its devices is in reach. */
  get(id: string, scope: Scope): LiveQuery;
  list(query: { scope: Scope; limit: number; before?: number }): LiveQuery[];
  /** The answers of a query in the order of its devices, from one device on. Who did not ask is recorded as reading them. */
  answers(actor: Actor, id: string, page: { after?: number; limit: number }): DeviceAnswer[];
  /** How many devices would be asked. */
  countTargets(scope: Scope): number;
  /** What this device is still to answer; it counts as sent. */
  takeOpen(device: number): { id: string; sql: string }[];
  /** Keeps an answer; a repeat changes nothing. */
  answer(device: number, id: string, answer: RawAnswer): void;
  /** Drops queries whose time is over. */
  trim(): number;
};

type QueryParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  /** Seconds between two polls of a client. */
  pollSeconds: () => number;
  clock?: () => number;
};

const dayMs = 86_400_000;
const keptDays = 30;
/** Of one device; what is past it is counted. */
const maxRows = 2_000;
const maxRowsBytes = 1 << 20;
const maxQueryBytes = 64 << 20;
const maxColumns = 200;
const maxCellLength = 4_096;
const maxMessageLength = 1_000;
/** A client that missed its interval by this much is not there. */
const graceSeconds = 60;
const denylisted = /denylisted/i;

const personOf = (query: string): string => `query:${query}`;

/** Columns as text, as osquery shows them; names in the order of the client. */
const toResultRow = (row: Readonly<Record<string, unknown>>): ResultRow => {
  const cells = Object.entries(row)
    .slice(0, maxColumns)
    .map(([name, value]): [string, string] => [
      cleanLine(name.slice(0, 200)),
      typeof value === 'string'
        ? cleanLine(value.slice(0, maxCellLength))
        : typeof value === 'number'
          ? String(value)
          : '',
    ]);
  return Object.fromEntries(cells);
};

/** As many rows as fit. */
const keptRows = (rows: RawAnswer['rows'], leftBytes: number): { json: string; isCut: boolean } => {
  const parts: string[] = [];
  let bytes = 2;
  for (const row of rows.slice(0, maxRows)) {
    const json = JSON.stringify(toResultRow(row));
    bytes += Buffer.byteLength(json) + 1;
    if (bytes > Math.min(maxRowsBytes, leftBytes)) return { json: `[${parts.join(',')}]`, isCut: true };
    parts.push(json);
  }
  return { json: `[${parts.join(',')}]`, isCut: rows.length > parts.length };
};

/** Live queries over the devices that osquery speaks for. */
export const queryService = ({ db, personal, events, pollSeconds, clock = nowMs }: QueryParts): QueryService => {
  const store = queryStore(db);
  const guard = sqlGuard();
  const quiet = firstIn({ ms: 10 * 60_000, clock });

  const found = (id: string, scope: Scope): QueryRow => {
    const row = store.byId(id, scope);
    if (row === undefined) throw new AppError('NOT_FOUND', 'no such query');
    return row;
  };

  const onlineSince = (): number => clock() - (pollSeconds() + graceSeconds) * 1000;

  const toQuery = ({ id, sql, createdAt, createdBy, deadlineAt }: QueryRow, scope: Scope): LiveQuery => {
    const counts: QueryCounts = { expected: 0, answered: 0, failed: 0, denylisted: 0, offline: 0, waiting: 0, rows: 0 };
    const stopped: number[] = [];
    let open = 0;
    for (const { state, isOffline, n, rows, ...one } of store.counts(id, onlineSince(), scope)) {
      counts.expected += n;
      counts.rows += rows ?? 0;
      open += one.open;
      if (one.stoppedAt !== null) stopped.push(one.stoppedAt);
      if (isOffline === 1) counts.offline += n;
      else if (state === 'sent') counts.waiting += n;
      else counts[state] += n;
    }
    const stoppedAt = open === 0 && stopped.length > 0 ? Math.max(...stopped) : null;
    const isOver = clock() >= deadlineAt;
    const state = stoppedAt !== null ? 'stopped' : open === 0 ? 'finished' : isOver ? 'expired' : 'running';
    return { id, sql, state, createdAt, createdBy, deadlineAt, stoppedAt, counts };
  };

  const decrypted = (bytes: Buffer | null): string | null => (bytes === null ? null : personal.decrypt(bytes));

  const toAnswer = (row: AnswerRow): DeviceAnswer => ({
    ...row,
    isOffline: (row.state === 'waiting' || row.state === 'sent') && (row.lastSeenAt ?? 0) < onlineSince(),
    isCut: row.isCut === 1,
    rows: JSON.parse(decrypted(row.rows) ?? '[]') as ResultRow[],
    message: decrypted(row.message),
  });

  return {
    run: (actor, { sql, devices, waitSeconds }) => {
      const scope = scopeOf(actor, 'queries:write');
      guard(sql);
      if (!Number.isInteger(waitSeconds) || waitSeconds < 1 || waitSeconds > maxWaitSeconds)
        throw invalid({ wait: { key: 'validation.waitSeconds', params: { max: maxWaitSeconds } } });
      const targets = store.targets(scope, devices);
      if (targets.length === 0) throw invalid({ devices: { key: 'validation.noOsquery' } });
      const id = Buffer.from(randomBytes(16)).toString('hex');
      const now = clock();
      return immediate(db, () => {
        const deadlineAt = now + waitSeconds * 1000;
        const row = { id, sql, createdAt: now, createdBy: actorRef(actor), deadlineAt, reach: limitOf(scope) };
        store.insert(row, targets);
        events.record('query-run', {
          ...byWhom(actor),
          params: { query: id, sql, devices: targets.length },
        });
        return toQuery(found(id, scope), scope);
      });
    },
    stop: (actor, id) => {
      const scope = scopeOf(actor, 'queries:write');
      return immediate(db, () => {
        const query = toQuery(found(id, scope), scope);
        if (query.state !== 'running') return query;
        store.stop(id, clock(), scope);
        events.record('query-stopped', { actor: actorRef(actor), params: { query: id } });
        return toQuery(found(id, scope), scope);
      });
    },
    get: (id, scope) => toQuery(found(id, scope), scope),
    list: ({ scope, limit, before }) =>
      store.list(before ?? Number.MAX_SAFE_INTEGER, limit, scope).map((row) => toQuery(row, scope)),
    answers: (actor, id, { after, limit }) => {
      const scope = scopeOf(actor, 'queries:read');
      const query = found(id, scope);
      const reader = actorRef(actor);
      // Before the first value is shown: what cannot be recorded is not shown. A page that follows a query reads it often.
      if (reader !== query.createdBy && quiet.first(`${reader} ${id}`))
        events.record('query-read', {
          actor: reader,
          ...defined({ from: actor.from }),
          params: { query: id },
        });
      return store.answersOf(query.id, { after: after ?? 0, limit, scope }).map(toAnswer);
    },
    countTargets: (scope) => store.targets(scope).length,
    takeOpen: (device) => {
      const open = store.open(device, clock()).filter(({ reach }) => isWithin(db, reach, device));
      if (open.length > 0)
        immediate(db, () => {
          for (const { id } of open) store.sent(id, device);
        });
      return open.map(({ id, sql }) => ({ id, sql: boundedQuery(sql, answerLimits.rows) }));
    },
    answer: (device, id, { status, message, rows, wallMs }) =>
      immediate(db, () => {
        const query = store.byId(id, wholeSite('agent'));
        if (query === undefined) return;
        const late =
          (wallMs ?? 0) > answerLimits.ms
            ? `took ${Math.round((wallMs ?? 0) / 1000)} s of the device: answers end at ${answerLimits.ms / 1000} s, ask for less`
            : undefined;
        const isDone = status === 0 && late === undefined;
        const state: AnswerState = isDone ? 'answered' : denylisted.test(message) ? 'denylisted' : 'failed';
        const kept = state === 'answered' ? keptRows(rows, maxQueryBytes - query.keptBytes) : undefined;
        const text = cleanLine((status === 0 ? (late ?? '') : message).slice(0, maxMessageLength));
        const isNew = store.setAnswer({
          query: id,
          device,
          state,
          answeredAt: clock(),
          wallMs: wallMs === undefined || !Number.isSafeInteger(wallMs) || wallMs < 0 ? null : wallMs,
          rowCount: state === 'answered' ? rows.length : null,
          isCut: kept?.isCut === true ? 1 : 0,
          rows: kept === undefined ? null : personal.encrypt(personOf(id), kept.json),
          message: text === '' || state === 'answered' ? null : personal.encrypt(personOf(id), text),
        });
        if (isNew && kept !== undefined) store.keep(id, Buffer.byteLength(kept.json));
      }),
    trim: () => {
      const ids = store.old(clock() - keptDays * dayMs, 1_000);
      for (const id of ids) {
        personal.erase(personOf(id));
        immediate(db, () => store.drop(id));
      }
      return ids.length;
    },
  };
};
