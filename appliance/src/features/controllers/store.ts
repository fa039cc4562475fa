import type { Method } from '@sallyport/bundle-tools/controllers/reading';
import type { Database } from '../../platform/database.ts';
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
  const addBatch = db.prepare<[string, string, string | null, Buffer, number, string, string]>(
    "insert into import_batch (type, name, sha256, scope, at, actor, summary, state) values (?, ?, ?, ?, ?, ?, ?, 'taking')",
  );
  const setSummary = db.prepare<[string, number]>('update import_batch set summary = ? where id = ?');
  const removeBatch = db.prepare<[number]>('delete from import_batch where id = ?');
  const batch = db.prepare<[number], BatchRow>(`select ${batchColumns} from import_batch where id = ?`);
  const batches = db.prepare<[number, string, number], BatchRow>(
    `select ${batchColumns} from import_batch where id < ? and state <> 'taking' and type in (select value from json_each(?)) order by id desc limit ?`,
  );
  const scopes = db
    .prepare<[Buffer], number>("select id from import_batch where scope = ? and undone_at is null and state = 'done'")
    .pluck();
  const markUndone = db.prepare<[number, string, number]>(
    "update import_batch set undone_at = ?, undone_by = ?, state = 'undoing' where id = ?",
  );
  const setDone = db.prepare<[number]>("update import_batch set state = 'done' where id = ?");
  const setAt = db.prepare<[number, number]>('update import_batch set at = ? where id = ?');
  const ingestingOfScope = db
    .prepare<[Buffer], number>("select id from import_batch where scope = ? and state = 'taking'")
    .pluck();
  // While it goes on its time is renewed with every step.
  const cutOff = db.prepare<[number], BatchRow>(
    `select ${batchColumns} from import_batch where state <> 'done' and coalesce(undone_at, at) < ? order by id`,
  );
  const controllersOfBatch = db
    .prepare<[number, number], number>('select controller from controller_reading where batch = ? limit ?')
    .pluck();
  const removeReadingsIn = db.prepare<[number, string]>(
    'delete from controller_reading where batch = ? and controller in (select value from json_each(?))',
  );
  const known = db.prepare<[number, Buffer], { id: number; observed_at: number; controller: number }>(
    'select id, observed_at, controller from controller_reading where batch = ? and content = ?',
  );
  const addReading = db.prepare(
    `insert into controller_reading (batch, controller, method, source, observed_at, confidence, place, content, pinned)
     values (@batch, @controller, @method, @source, @observedAt, @confidence, @place, @content, @pinned)`,
  );
  const setTime = db.prepare<[number, number]>('update controller_reading set observed_at = ? where id = ?');
  const moveReadings = db.prepare<[number, string]>(
    'update controller_reading set controller = ? where id in (select value from json_each(?))',
  );
  const notIn = db
    .prepare<[string, number], number>(
      'select id from controller_reading where id in (select value from json_each(?)) and controller <> ?',
    )
    .pluck();
  const readingController = db
    .prepare<[number], number>('select controller from controller_reading where id = ?')
    .pluck();
  const lastReading = db.prepare<[], number>('select coalesce(max(id), 0) from controller_reading').pluck();
  const pin = db.prepare<[number, string]>(
    'update controller_reading set pinned = ? where id in (select value from json_each(?))',
  );
  const readingsOf = db.prepare<[number], ReadingRow>(
    `select ${readingColumns} from controller_reading where controller = ? order by id`,
  );
  const end = db.prepare<[number]>(
    "update controller_reading set ended = 1 where controller = ? and source = 'person' and ended = 0",
  );
  const newestOfPerson = db.prepare<[number], { id: number; content: Buffer }>(
    "select id, content from controller_reading where controller = ? and source = 'person' and ended = 0 order by id desc limit 1",
  );
  const addFact = db.prepare(
    `insert into controller_fact (reading, type, key, field, side, value, given, raw, error, reason, normaliser, map)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const factsOf = db.prepare<[number], FactRow>(
    `select ${factColumns} from controller_reading r join controller_fact f on f.reading = r.id where r.controller = ? order by f.id`,
  );
  const refusals = db.prepare<[number], Refusal>(
    `select f.field, r.source, case f.reason when '' then f.error else coalesce(f.reason, '') end as reason
     from controller_reading r cross join controller_fact f indexed by controller_fact_refused on f.reading = r.id
     where r.controller = ? and f.type = 'controller' and f.error is not null order by r.observed_at desc, f.id desc`,
  );
  const factsOfReading = db.prepare<[number], FactRow>(
    `select ${factColumns} from controller_reading r join controller_fact f on f.reading = r.id where r.id = ? order by f.id`,
  );
  const winningFacts = db.prepare<[number], FactRow>(
    `select ${factColumns} from controller_part p join controller_effective w on w.part = p.id join controller_fact f on f.id = w.fact
       join controller_reading r on r.id = f.reading where p.controller = ?`,
  );
  const count = db
    .prepare<[number], number>(
      'select count(*) from controller_fact f join controller_reading r on r.id = f.reading where r.batch = ?',
    )
    .pluck();
  const removeFact = db.prepare<[number]>('delete from controller_fact where id = ?');
  const setFact = db.prepare<[string | null, string | null, string | null, string | null, number, number]>(
    'update controller_fact set value = ?, given = ?, error = ?, reason = ?, normaliser = ? where id = ?',
  );
  const beside = (than: '<' | '>', order: 'desc' | 'asc'): string =>
    `(select n.content from controller_reading n where n.controller = r.controller and n.observed_at ${than} r.observed_at and n.method = r.method
      and n.source = r.source order by n.observed_at ${order} limit 1) is r.content`;
  const repeated = db.prepare<[number, number], { batch: number; controller: number }>(
    `select r.batch, r.controller from import_batch o join controller_reading r on r.batch = o.id
     where o.type in ('identification', 'agent') and o.state = 'done'
     group by r.batch, r.controller
     having max(r.observed_at) < ? and min(${beside('<', 'desc')} and ${beside('>', 'asc')}) limit ?`,
  );
  const setDerived = db.prepare<[string, number, number]>(
    'update controller_fact set map = ?, normaliser = ? where id = ?',
  );
  const readingsAfter = db.prepare<[number, number], ReadingRow>(
    `select ${readingColumns} from controller_reading where id > ? order by id limit ?`,
  );
  const derivation = db.prepare<[], { rules: string; reached: number | null }>(
    'select rules, reached from controller_derivation',
  );
  const setDerivation = db.prepare<[string, number | null]>(
    `insert into controller_derivation (one, rules, reached) values (1, ?, ?)
     on conflict (one) do update set rules = excluded.rules, reached = excluded.reached`,
  );
  return {
    addBatch: (row: {
      type: string;
      name: string;
      sha256: string | null;
      scope: Buffer;
      at: number;
      actor: string;
      summary: IngestSummary;
    }): number =>
      Number(
        addBatch.run(row.type, row.name, row.sha256, row.scope, row.at, row.actor, JSON.stringify(row.summary))
          .lastInsertRowid,
      ),
    setSummary: (id: number, summary: IngestSummary): void => void setSummary.run(JSON.stringify(summary), id),
    removeBatch: (id: number): void => void removeBatch.run(id),
    batch: (id: number) => batch.get(id),
    batches: (types: readonly string[], before: number, limit: number) =>
      batches.all(before, JSON.stringify(types), limit),
    /** Import batches in force of the same file or name. */
    sameScope: (scope: Buffer): number[] => scopes.all(scope),
    markUndone: (id: number, at: number, by: string): void => void markUndone.run(at, by, id),
    setDone: (id: number): void => void setDone.run(id),
    setAt: (id: number, at: number): void => void setAt.run(at, id),
    /** Import batches of a file or name that are being ingested. */
    ingestingOfScope: (scope: Buffer): number[] => ingestingOfScope.all(scope),
    /** Import batches whose ingest or undo has made no step since `before`. */
    cutOff: (before: number) => cutOff.all(before),
    /** Some of the records that an import batch speaks of. */
    controllersOfBatch: (id: number, limit: number): number[] => [...new Set(controllersOfBatch.all(id, limit))],
    /** How many went. */
    removeReadingsIn: (id: number, controllers: Iterable<number>): number =>
      removeReadingsIn.run(id, JSON.stringify([...controllers])).changes,
    /** Runs whose facts about a controller equal those of the same protocol just before and just after. */
    repeated: (before: number, limit: number) => repeated.all(before, limit),
    known: (batch: number, content: Buffer) => known.get(batch, content),
    addReading: (
      row: Omit<ReadingRow, 'id' | 'ended' | 'observed_at'> & { observedAt: number; content: Buffer },
    ): number => Number(addReading.run(row).lastInsertRowid),
    setTime: (reading: number, observedAt: number): void => void setTime.run(observedAt, reading),
    moveReadings: (readings: readonly number[], controller: number): void =>
      void moveReadings.run(controller, JSON.stringify(readings)),
    lastReading: (): number => lastReading.get() ?? 0,
    /** A person assigns them to a record, or undoes that. */
    pin: (readings: readonly number[], isPinned: boolean): void =>
      void pin.run(Number(isPinned), JSON.stringify(readings)),
    /** Those of some readings that belong to another record. */
    notIn: (readings: readonly number[], controller: number): number[] =>
      notIn.all(JSON.stringify(readings), controller),
    readingController: (reading: number) => readingController.get(reading),
    readingsOf: (controller: number) => readingsOf.all(controller),
    /** Earlier facts of the same person end now. */
    endPersons: (controller: number): void => void end.run(controller),
    newestOfPerson: (controller: number) => newestOfPerson.get(controller),
    // By places: with names this, the most frequent write of all, takes half as long again.
    addFact: (
      reading: number,
      { type, key, field, side, value, given, raw, error, reason, normaliser, map }: NewFact,
    ): number =>
      Number(
        addFact.run(reading, type, key, field, side, value, given, raw, error, reason, normaliser, map).lastInsertRowid,
      ),
    factsOf: (controller: number) => factsOf.all(controller),
    /** Fields of the controller itself that were asked for in vain, the newest first. */
    refusals: (controller: number): Refusal[] => refusals.all(controller),
    /** The facts that win now. */
    winningFacts: (controller: number) => winningFacts.all(controller),
    factsOfReading: (reading: number) => factsOfReading.all(reading),
    countFacts: (id: number): number => count.get(id) ?? 0,
    removeFact: (id: number): void => void removeFact.run(id),
    setDerived: (id: number, map: string, normaliser: number): void => void setDerived.run(map, normaliser, id),
    readingsAfter: (id: number, limit: number) => readingsAfter.all(id, limit),
    /** By what rules facts were derived last, and the last reading that was; null when all were. */
    derivation: () => derivation.get(),
    setDerivation: (rules: string, reached: number | null): void => void setDerivation.run(rules, reached),
    setFact: (id: number, fact: Pick<NewFact, 'value' | 'given' | 'error' | 'reason' | 'normaliser'>): void =>
      void setFact.run(fact.value, fact.given, fact.error, fact.reason, fact.normaliser, id),
  };
};

export type ReadingStore = ReturnType<typeof readingStore>;
