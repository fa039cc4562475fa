import type { Method } from '@sallyport/bundle-tools/controllers/reading';
import type { Database } from '../../platform/database.ts';
import type { NewFact } from './reading-facts.ts';
import type { Origin, OriginSort, TakeSummary } from './types.ts';

type OriginRow = {
  id: number;
  sort: OriginSort;
  name: string;
  sha256: string | null;
  at: number;
  actor: string;
  summary: string;
  undone_at: number | null;
  undone_by: string | null;
  /** `taking` and `undoing` go on in steps; cut off, they are brought to an end by whoever comes next. */
  state: 'taking' | 'done' | 'undoing';
};

type ReadingRow = {
  id: number;
  origin: number;
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
  origin: number;
  method: Method;
  source: string;
  observed_at: number;
  confidence: number;
  place: string | null;
  ended: number;
};

export const toOrigin = (row: OriginRow): Origin => ({
  id: row.id,
  sort: row.sort,
  name: row.name,
  ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
  at: row.at,
  actor: row.actor,
  summary: JSON.parse(row.summary) as TakeSummary,
  undoneAt: row.undone_at,
  undoneBy: row.undone_by,
});

const factColumns = `f.id, f.reading, f.sort, f.key, f.field, f.side, f.value, f.said, f.raw, f.error, f.reason, f.normaliser,
  f.map, r.origin, r.method, r.source, r.observed_at, r.confidence, r.place, r.ended`;
const originColumns = 'id, sort, name, sha256, at, actor, summary, undone_at, undone_by, state';
const readingColumns = 'id, origin, controller, method, source, observed_at, confidence, place, pinned, ended';

/** SQL of what was said: origins, readings, facts. */
export const saidStore = (db: Database) => {
  const addOrigin = db.prepare<[string, string, string | null, Buffer, number, string, string]>(
    "insert into controller_origin (sort, name, sha256, scope, at, actor, summary, state) values (?, ?, ?, ?, ?, ?, ?, 'taking')",
  );
  const setSummary = db.prepare<[string, number]>('update controller_origin set summary = ? where id = ?');
  const removeOrigin = db.prepare<[number]>('delete from controller_origin where id = ?');
  const origin = db.prepare<[number], OriginRow>(`select ${originColumns} from controller_origin where id = ?`);
  const origins = db.prepare<[number, string, number], OriginRow>(
    `select ${originColumns} from controller_origin where id < ? and state <> 'taking' and sort in (select value from json_each(?)) order by id desc limit ?`,
  );
  const scopes = db
    .prepare<[Buffer], number>(
      "select id from controller_origin where scope = ? and undone_at is null and state = 'done'",
    )
    .pluck();
  const markUndone = db.prepare<[number, string, number]>(
    "update controller_origin set undone_at = ?, undone_by = ?, state = 'undoing' where id = ?",
  );
  const setDone = db.prepare<[number]>("update controller_origin set state = 'done' where id = ?");
  const setAt = db.prepare<[number, number]>('update controller_origin set at = ? where id = ?');
  const takingOfScope = db
    .prepare<[Buffer], number>("select id from controller_origin where scope = ? and state = 'taking'")
    .pluck();
  // While it goes on its time is renewed with every step.
  const cutOff = db.prepare<[number], OriginRow>(
    `select ${originColumns} from controller_origin where state <> 'done' and coalesce(undone_at, at) < ? order by id`,
  );
  const controllersOfOrigin = db
    .prepare<[number, number], number>('select controller from controller_reading where origin = ? limit ?')
    .pluck();
  const removeReadingsIn = db.prepare<[number, string]>(
    'delete from controller_reading where origin = ? and controller in (select value from json_each(?))',
  );
  const known = db.prepare<[number, Buffer], { id: number; observed_at: number; controller: number }>(
    'select id, observed_at, controller from controller_reading where origin = ? and content = ?',
  );
  const addReading = db.prepare(
    `insert into controller_reading (origin, controller, method, source, observed_at, confidence, place, content, pinned)
     values (@origin, @controller, @method, @source, @observedAt, @confidence, @place, @content, @pinned)`,
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
  const readingsOfOrigin = db.prepare<[number], ReadingRow>(
    `select ${readingColumns} from controller_reading where origin = ? order by id`,
  );
  const removeReading = db.prepare<[number]>('delete from controller_reading where id = ?');
  const end = db.prepare<[number]>(
    "update controller_reading set ended = 1 where controller = ? and source = 'person' and ended = 0",
  );
  const newestOfPerson = db.prepare<[number], { id: number; content: Buffer }>(
    "select id, content from controller_reading where controller = ? and source = 'person' and ended = 0 order by id desc limit 1",
  );
  const addFact = db.prepare(
    `insert into controller_fact (reading, sort, key, field, side, value, said, raw, error, reason, normaliser, map)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const factsOf = db.prepare<[number], FactRow>(
    `select ${factColumns} from controller_reading r join controller_fact f on f.reading = r.id where r.controller = ? order by f.id`,
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
      'select count(*) from controller_fact f join controller_reading r on r.id = f.reading where r.origin = ?',
    )
    .pluck();
  const removeFact = db.prepare<[number]>('delete from controller_fact where id = ?');
  const setFact = db.prepare<[string | null, string | null, string | null, string | null, number, number]>(
    'update controller_fact set value = ?, said = ?, error = ?, reason = ?, normaliser = ? where id = ?',
  );
  const beside = (than: '<' | '>', order: 'desc' | 'asc'): string =>
    `(select n.content from controller_reading n where n.controller = r.controller and n.observed_at ${than} r.observed_at and n.method = r.method
      and n.source = r.source order by n.observed_at ${order} limit 1) is r.content`;
  const repeated = db.prepare<[number, number], { origin: number; controller: number }>(
    `select r.origin, r.controller from controller_origin o join controller_reading r on r.origin = o.id
     where o.sort in ('identification', 'agent') and o.state = 'done'
     group by r.origin, r.controller
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
    addOrigin: (row: {
      sort: string;
      name: string;
      sha256: string | null;
      scope: Buffer;
      at: number;
      actor: string;
      summary: TakeSummary;
    }): number =>
      Number(
        addOrigin.run(row.sort, row.name, row.sha256, row.scope, row.at, row.actor, JSON.stringify(row.summary))
          .lastInsertRowid,
      ),
    setSummary: (id: number, summary: TakeSummary): void => void setSummary.run(JSON.stringify(summary), id),
    removeOrigin: (id: number): void => void removeOrigin.run(id),
    origin: (id: number) => origin.get(id),
    origins: (sorts: readonly string[], before: number, limit: number) =>
      origins.all(before, JSON.stringify(sorts), limit),
    /** Origins in force of the same file or name. */
    sameScope: (scope: Buffer): number[] => scopes.all(scope),
    markUndone: (id: number, at: number, by: string): void => void markUndone.run(at, by, id),
    setDone: (id: number): void => void setDone.run(id),
    setAt: (id: number, at: number): void => void setAt.run(at, id),
    /** Origins of a file or name that somebody is taking. */
    takingOfScope: (scope: Buffer): number[] => takingOfScope.all(scope),
    /** Origins whose taking or undoing nobody went on with since `before`. */
    cutOff: (before: number) => cutOff.all(before),
    /** Some of the records that an origin speaks of. */
    controllersOfOrigin: (id: number, limit: number): number[] => [...new Set(controllersOfOrigin.all(id, limit))],
    /** How many went. */
    removeReadingsIn: (id: number, controllers: Iterable<number>): number =>
      removeReadingsIn.run(id, JSON.stringify([...controllers])).changes,
    /** Runs of which every word about a controller is what the same protocol said just before and just after. */
    repeated: (before: number, limit: number) => repeated.all(before, limit),
    known: (origin: number, content: Buffer) => known.get(origin, content),
    addReading: (
      row: Omit<ReadingRow, 'id' | 'ended' | 'observed_at'> & { observedAt: number; content: Buffer },
    ): number => Number(addReading.run(row).lastInsertRowid),
    setTime: (reading: number, observedAt: number): void => void setTime.run(observedAt, reading),
    moveReadings: (readings: readonly number[], controller: number): void =>
      void moveReadings.run(controller, JSON.stringify(readings)),
    lastReading: (): number => lastReading.get() ?? 0,
    /** Somebody says which record they are about, or takes that back. */
    pin: (readings: readonly number[], isPinned: boolean): void =>
      void pin.run(Number(isPinned), JSON.stringify(readings)),
    /** Those of some readings that belong to another record. */
    notIn: (readings: readonly number[], controller: number): number[] =>
      notIn.all(JSON.stringify(readings), controller),
    readingController: (reading: number) => readingController.get(reading),
    readingsOf: (controller: number) => readingsOf.all(controller),
    readingsOfOrigin: (id: number) => readingsOfOrigin.all(id),
    removeReading: (id: number): void => void removeReading.run(id),
    /** What a person said before is history from now on. */
    endPersons: (controller: number): void => void end.run(controller),
    newestOfPerson: (controller: number) => newestOfPerson.get(controller),
    // By places: with names this, the most frequent write of all, takes half as long again.
    addFact: (
      reading: number,
      { sort, key, field, side, value, said, raw, error, reason, normaliser, map }: NewFact,
    ): number =>
      Number(
        addFact.run(reading, sort, key, field, side, value, said, raw, error, reason, normaliser, map).lastInsertRowid,
      ),
    factsOf: (controller: number) => factsOf.all(controller),
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
    setFact: (id: number, fact: Pick<NewFact, 'value' | 'said' | 'error' | 'reason' | 'normaliser'>): void =>
      void setFact.run(fact.value, fact.said, fact.error, fact.reason, fact.normaliser, id),
  };
};

export type SaidStore = ReturnType<typeof saidStore>;
