import type { Method } from '@sallyport/bundle-tools/controllers/reading';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { NewFact } from './reading-facts.ts';
import type { BatchType, ImportBatch, IngestSummary } from './types.ts';

type BatchRow = {
  id: number;
  type: BatchType;
  name: string;
  sha256: string | null;
  at: number;
  actor: string;
  summary: string;
  undone_at: number | null;
  undone_by: string | null;
  /** `taking` and `undoing` go on in steps; after a crash the next call completes them. */
  state: 'taking' | 'done' | 'undoing';
};

type ReadingRow = {
  id: number;
  batch: number;
  controller: number;
  method: Method;
  source: string;
  observed_at: number;
  confidence: number;
  place: string | null;
  pinned: number;
  ended: number;
};

/** A fact with what its reading says of it. */
export type FactRow = NewFact & {
  id: number;
  reading: number;
  batch: number;
  method: Method;
  source: string;
  observed_at: number;
  confidence: number;
  place: string | null;
  ended: number;
};

export const toBatch = (row: BatchRow): ImportBatch => ({
  id: row.id,
  type: row.type,
  name: row.name,
  ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
  at: row.at,
  actor: row.actor,
  summary: JSON.parse(row.summary) as IngestSummary,
  undoneAt: row.undone_at,
  undoneBy: row.undone_by,
});

/** Who refused to say a field, or could not, and why. */
type Refusal = { field: string; source: string; reason: string };

const factColumns = `f.id, f.reading, f.type, f.key, f.field, f.side, f.value, f.given, f.raw, f.error, f.reason, f.normaliser,
  f.map, r.batch, r.method, r.source, r.observed_at, r.confidence, r.place, r.ended`;
const batchColumns = 'id, type, name, sha256, at, actor, summary, undone_at, undone_by, state';
const readingColumns = 'id, batch, controller, method, source, observed_at, confidence, place, pinned, ended';

/** SQL of import batches, readings and facts. */
export const readingStore = (db: Database) => {
  const sql = statements(db);
  const addBatch = sql.insert<[string, string, string | null, Buffer, number, string, string, BatchRow['state']]>(
    'insert into import_batch (type, name, sha256, scope, at, actor, summary, state) values (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const setSummary = sql.run<[string, number]>('update import_batch set summary = ? where id = ?');
  const controllersOfBatch = sql.values<[number, number], number>(
    'select controller from controller_reading where batch = ? limit ?',
  );
  const removeReadingsIn = sql.changes<[number, string]>(
    'delete from controller_reading where batch = ? and controller in (select value from json_each(?))',
  );
  const addFact = sql.insert(
    `insert into controller_fact (reading, type, key, field, side, value, given, raw, error, reason, normaliser, map)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setFact = sql.run<[string | null, string | null, string | null, string | null, number, number]>(
    'update controller_fact set value = ?, given = ?, error = ?, reason = ?, normaliser = ? where id = ?',
  );
  const beside = (than: '<' | '>', order: 'desc' | 'asc'): string =>
    `(select n.content from controller_reading n where n.controller = r.controller and n.observed_at ${than} r.observed_at and n.method = r.method
      and n.source = r.source order by n.observed_at ${order} limit 1) is r.content`;
  return {
    /** `taking` until `setDone` says that all of it is there; `done` where its readings come in the same transaction. */
    addBatch: (row: {
      state: 'taking' | 'done';
      type: string;
      name: string;
      sha256: string | null;
      scope: Buffer;
      at: number;
      actor: string;
      summary: IngestSummary;
    }): number =>
      addBatch(row.type, row.name, row.sha256, row.scope, row.at, row.actor, JSON.stringify(row.summary), row.state),
    setSummary: (id: number, summary: IngestSummary): void => setSummary(JSON.stringify(summary), id),
    removeBatch: sql.run<[id: number]>('delete from import_batch where id = ?'),
    batch: sql.get<[id: number], BatchRow>(`select ${batchColumns} from import_batch where id = ?`),
    batches: sql.all<[types: readonly string[], before: number, limit: number], BatchRow>(
      `select ${batchColumns} from import_batch where id < ?2 and state <> 'taking' and type in (select value from json_each(?1)) order by id desc limit ?3`,
    ),
    /** Import batches in force of the same file or name. */
    sameScope: sql.values<[scope: Buffer], number>(
      "select id from import_batch where scope = ? and undone_at is null and state = 'done'",
    ),
    markUndone: sql.run<[id: number, at: number, by: string]>(
      "update import_batch set undone_at = ?2, undone_by = ?3, state = 'undoing' where id = ?1",
    ),
    setDone: sql.run<[id: number]>("update import_batch set state = 'done' where id = ?"),
    setAt: sql.run<[id: number, at: number]>('update import_batch set at = ?2 where id = ?1'),
    /** Import batches of a file or name that are being ingested. */
    ingestingOfScope: sql.values<[scope: Buffer], number>(
      "select id from import_batch where scope = ? and state = 'taking'",
    ),
    /** Import batches whose ingest or undo has made no step since `before`; what a person entered is none, and is never cut off. */
    // While it goes on its time is renewed with every step.
    cutOff: sql.all<[before: number], BatchRow>(
      `select ${batchColumns} from import_batch where state <> 'done' and type <> 'person' and coalesce(undone_at, at) < ? order by id`,
    ),
    /** Some of the records that an import batch speaks of. */
    controllersOfBatch: (id: number, limit: number): number[] => [...new Set(controllersOfBatch(id, limit))],
    /** How many went. */
    removeReadingsIn: (id: number, controllers: Iterable<number>): number =>
      removeReadingsIn(id, JSON.stringify([...controllers])),
    /** Runs whose facts about a controller equal those of the same protocol just before and just after. */
    repeated: sql.all<[before: number, limit: number], { batch: number; controller: number }>(
      `select r.batch, r.controller from import_batch o join controller_reading r on r.batch = o.id
     where o.type in ('identification', 'agent') and o.state = 'done'
     group by r.batch, r.controller
     having max(r.observed_at) < ? and min(${beside('<', 'desc')} and ${beside('>', 'asc')}) limit ?`,
    ),
    known: sql.get<[batch: number, content: Buffer], { id: number; observed_at: number; controller: number }>(
      'select id, observed_at, controller from controller_reading where batch = ? and content = ?',
    ),
    addReading: sql.insert<
      [row: Omit<ReadingRow, 'id' | 'ended' | 'observed_at'> & { observedAt: number; content: Buffer }]
    >(
      `insert into controller_reading (batch, controller, method, source, observed_at, confidence, place, content, pinned)
     values (@batch, @controller, @method, @source, @observedAt, @confidence, @place, @content, @pinned)`,
    ),
    setTime: sql.run<[reading: number, observedAt: number]>(
      'update controller_reading set observed_at = ?2 where id = ?1',
    ),
    moveReadings: sql.run<[readings: readonly number[], controller: number]>(
      'update controller_reading set controller = ?2 where id in (select value from json_each(?1))',
    ),
    lastReading: sql.count<[]>('select coalesce(max(id), 0) from controller_reading'),
    /** A person assigns them to a record, or undoes that. */
    pin: sql.run<[readings: readonly number[], isPinned: boolean]>(
      'update controller_reading set pinned = ?2 where id in (select value from json_each(?1))',
    ),
    /** Those of some readings that belong to another record. */
    notIn: sql.values<[readings: readonly number[], controller: number], number>(
      'select id from controller_reading where id in (select value from json_each(?)) and controller <> ?',
    ),
    readingController: sql.value<[reading: number], number>('select controller from controller_reading where id = ?'),
    readingsOf: sql.all<[controller: number], ReadingRow>(
      `select ${readingColumns} from controller_reading where controller = ? order by id`,
    ),
    /** Earlier facts of people about a record end now: the object that they were entered in says something else. */
    endPersons: sql.run<[controller: number]>(
      "update controller_reading set ended = 1 where controller = ? and source = 'person' and ended = 0",
    ),
    newestOfPerson: sql.get<[controller: number], { id: number; content: Buffer }>(
      "select id, content from controller_reading where controller = ? and source = 'person' and ended = 0 order by id desc limit 1",
    ),
    // By places: with names this, the most frequent write of all, takes half as long again.
    addFact: (
      reading: number,
      { type, key, field, side, value, given, raw, error, reason, normaliser, map }: NewFact,
    ): number => addFact(reading, type, key, field, side, value, given, raw, error, reason, normaliser, map),
    factsOf: sql.all<[controller: number], FactRow>(
      `select ${factColumns} from controller_reading r join controller_fact f on f.reading = r.id where r.controller = ? order by f.id`,
    ),
    /** Fields of the controller itself that were asked for in vain, the newest first. */
    refusals: sql.all<[controller: number], Refusal>(
      `select f.field, r.source, case f.reason when '' then f.error else coalesce(f.reason, '') end as reason
     from controller_reading r cross join controller_fact f indexed by controller_fact_refused on f.reading = r.id
     where r.controller = ? and f.type = 'controller' and f.error is not null order by r.observed_at desc, f.id desc`,
    ),
    /** The facts that win now. */
    winningFacts: sql.all<[controller: number], FactRow>(
      `select ${factColumns} from controller_part p join controller_effective w on w.part = p.id join controller_fact f on f.id = w.fact
       join controller_reading r on r.id = f.reading where p.controller = ?`,
    ),
    factsOfReading: sql.all<[reading: number], FactRow>(
      `select ${factColumns} from controller_reading r join controller_fact f on f.reading = r.id where r.id = ? order by f.id`,
    ),
    countFacts: sql.count<[id: number]>(
      'select count(*) from controller_fact f join controller_reading r on r.id = f.reading where r.batch = ?',
    ),
    removeFact: sql.run<[id: number]>('delete from controller_fact where id = ?'),
    setDerived: sql.run<[id: number, map: string, normaliser: number]>(
      'update controller_fact set map = ?2, normaliser = ?3 where id = ?1',
    ),
    readingsAfter: sql.all<[id: number, limit: number], ReadingRow>(
      `select ${readingColumns} from controller_reading where id > ? order by id limit ?`,
    ),
    /** By what rules facts were derived last, and the last reading that was; null when all were. */
    derivation: sql.get<[], { rules: string; reached: number | null }>(
      'select rules, reached from controller_derivation',
    ),
    setDerivation: sql.run<[rules: string, reached: number | null]>(
      `insert into controller_derivation (one, rules, reached) values (1, ?, ?)
     on conflict (one) do update set rules = excluded.rules, reached = excluded.reached`,
    ),
    setFact: (id: number, fact: Pick<NewFact, 'value' | 'given' | 'error' | 'reason' | 'normaliser'>): void =>
      setFact(fact.value, fact.given, fact.error, fact.reason, fact.normaliser, id),
  };
};

export type ReadingStore = ReturnType<typeof readingStore>;
