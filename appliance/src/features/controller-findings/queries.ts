import type { Database } from '../../platform/database.ts';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { filterLanguage } from '../../platform/filter/language.ts';
import { fitsIn } from '../../platform/filter/memory-filter.ts';
import { asksFor, comparisonsOf, type Filter, type Vocabulary } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { listBuilder } from '../../platform/list/list-queries.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
import { whileUnwritten } from '../../platform/while-unwritten.ts';
import { type FixState as CoarseFix, DECISIONS, type Decision } from '../vulnerabilities/types.ts';
import { type CountRow, countedFields, isCounted, withoutHeld } from './counted.ts';
import { controllerFindingVocabulary } from './field-queries.ts';
import type { HeldStore } from './held-store.ts';
import { decodeIdentity } from './identity.ts';
import { decodeThreat } from './priority.ts';
import {
  COUNTED,
  columnsOf,
  countedOf,
  FROM,
  heldCondition,
  ordersOf,
  reachedMatches,
  TOLD,
  WHOLE,
} from './reach-queries.ts';
import type {
  ControllerFinding,
  ControllerFindingLoad,
  ControllerFindingQuery,
  ControllerPartFinding,
  OtherVerdict,
} from './types.ts';

// Read model: controller_held, controller_threat, controller_match, controller_identity, controller_document, controller_leaf, controller_part_identity, controller_priority.

type FindingRow = {
  identity: number;
  vulnerability: string;
  since: number;
  until: number | null;
  verdict: ControllerFinding['verdict'];
  matched: ControllerFinding['matched'];
  reason: string;
  level: ControllerFinding['level'];
  confidence: number;
  others: string;
  fix_state: ControllerFinding['fixState'];
  fixed_version: string;
  severity: ControllerFinding['severity'];
  score: number | null;
  rank: number;
  threat: number;
  exploited_since: string | null;
  answer: string;
  former: string;
  identity_json: string;
  label: string;
  vendor: string;
  family: string;
  firmware: string;
  controllers: number;
  advisory: string;
  publisher: string;
  status: string;
  title: string;
  leaf: string;
  path: string;
  version_text: string;
};

const toFinding = (row: FindingRow): ControllerFinding => {
  const { firmwareSide } = decodeIdentity(row.identity_json);
  return {
    id: `${row.identity}.${row.vulnerability}`,
    identity: row.identity,
    vulnerability: row.vulnerability,
    product: row.label,
    vendor: row.vendor,
    family: row.family,
    firmware: row.firmware,
    firmwareSide: firmwareSide ?? '',
    verdict: row.verdict,
    matched: row.matched,
    reason: row.reason,
    level: row.level,
    confidence: row.confidence,
    decision: DECISIONS[row.rank] ?? 'track',
    exploitation: decodeThreat(row.threat).exploitation,
    exploitedSince: row.exploited_since ?? '',
    severity: row.severity,
    score: row.score,
    fixState: row.fix_state,
    fixedVersion: row.fixed_version,
    advisory: row.advisory,
    publisher: row.publisher,
    status: row.status,
    title: row.title,
    leaf: row.leaf,
    path: JSON.parse(row.path) as string[],
    versionText: row.version_text,
    others: row.others === '' ? [] : (JSON.parse(row.others) as OtherVerdict[]),
    answer: row.answer,
    former: row.former,
    controllers: row.controllers,
    held: 0,
    heldBy: [],
    since: row.since,
    until: row.until,
  };
};

const hidden = 'not-affected';

/** What does not apply is listed where it is asked for. */
const asksForHidden = (filter: Filter | undefined): boolean =>
  filter !== undefined && comparisonsOf(filter).some(({ field, value }) => field === 'verdict' && value === hidden);

/** The controller whose findings are asked for, by its public id. */
const controllerIn = (filter: Filter | undefined): string | undefined => {
  const asked = filter === undefined ? [] : comparisonsOf(filter);
  const found = asked.find(({ field, op }) => field === 'controller' && op === '=');
  return found === undefined ? undefined : String(found.value);
};

/** So many matches are found first and sorted then; more are walked in the order of the list. */
const fewMatches = 4_000;

const FIX: Readonly<Record<ControllerFinding['fixState'], CoarseFix>> = {
  available: 'available',
  planned: 'none',
  'none-planned': 'none',
  none: 'none',
  mitigation: 'none',
};

type ControllerFindingTallies = Omit<ControllerFindingCounts, 'controllers'>;

export type ControllerFindingCounts = {
  readonly affected: number;
  readonly review: number;
  /** Held back on every controller that has them; in no other number here. */
  readonly held: number;
  readonly controllers: number;
  readonly matrix: Readonly<Record<Decision, Readonly<Record<CoarseFix, number>>>>;
};

const emptyMatrix = (): Record<Decision, Record<CoarseFix, number>> =>
  Object.fromEntries(DECISIONS.map((decision) => [decision, { available: 0, none: 0, undetermined: 0 }])) as Record<
    Decision,
    Record<CoarseFix, number>
  >;

const LOAD = `
select p.controller, m.verdict, min(r.rank) as worst, count(*) as n, sum(r.rank = 0) as act, sum(r.rank = 1) as attend
from controller_part_identity p
cross join controller_match m indexed by controller_match_load on m.identity = p.identity and m.verdict in ('affected', 'review') and m.until is null
cross join controller_priority r on r.threat = m.threat and r.context = p.context`;

const NOT_HELD =
  'not exists (select 1 from controller_held h where h.identity = p.identity and h.vulnerability = m.vulnerability and h.controller = p.controller and h.until > ?)';

type LoadRow = { controller: number; verdict: string; worst: number; n: number; act: number; attend: number };

/** What queries need to know of what is held back. */
type HeldView = Pick<HeldStore, 'any' | 'of'> & { readonly now: () => number };

const withHeld = <F extends ControllerFinding>(
  finding: F,
  held: HeldView,
  isAny: boolean,
  scope: Scope,
  controller?: number,
): F => {
  if (!isAny) return finding;
  const rows = held
    .of(finding.identity, finding.vulnerability, scope)
    .filter((row) => controller === undefined || row.controller === controller);
  if (rows.length === 0) return finding;
  const heldBy = [...new Map(rows.map(({ controller: _controller, ...row }) => [row.measure, row])).values()];
  return { ...finding, held: rows.length, heldBy };
};

export const controllerFindingQueries = (
  db: Database,
  held: HeldView,
  numberOf: (controller: string, scope: Scope) => number,
) => {
  const sql = statements(db);
  const loadsSome = sql.all<[string], LoadRow>(
    `${LOAD} where p.controller in (select value from json_each(?)) group by p.controller, m.verdict`,
  );
  const loadsNotHeld = sql.all<[string, number], LoadRow>(
    `${LOAD} where p.controller in (select value from json_each(?)) and ${NOT_HELD} group by p.controller, m.verdict`,
  );
  const heldSome = sql.all<[string, number], { controller: number; n: number }>(
    `select controller, count(*) as n from controller_held where controller in (select value from json_each(?)) and until > ? group by controller`,
  );
  const waitingSome = sql.all<[string], { controller: number; n: number }>(
    `select p.controller, count(*) as n from controller_part_identity p join controller_identity i on i.id = p.identity
     where i.matched_at is null and p.controller in (select value from json_each(?)) group by p.controller`,
  );
  const ofController = (controller: number, scope: Scope) => {
    const reach = reachedMatches(scope);
    return db
      .prepare<unknown[], FindingRow & { part: number; part_key: string; part_rank: number; part_since: number }>(
        `${reach.before?.sql ?? ''} select ${columnsOf(reach)}, p.part, p.part_key, p.since as part_since,
           (select r.rank from controller_priority r where r.threat = m.threat and r.context = p.context) as part_rank
         from controller_part_identity p cross join controller_match m on m.identity = p.identity and m.until is null
         cross join ${scope.site ? 'controller_identity i' : 'reached v on v.identity = m.identity cross join controller_identity i'}
           on i.id = m.identity ${TOLD}
         where p.controller = ? order by part_rank, m.vulnerability, p.part`,
      )
      .all(...(reach.before?.params ?? []), controller);
  };
  const one = (identity: number, vulnerability: string, scope: Scope): FindingRow | undefined => {
    const reach = reachedMatches(scope);
    return db
      .prepare<unknown[], FindingRow>(
        `${reach.before?.sql ?? ''} select ${columnsOf(reach)} from ${countedOf(reach)} ${TOLD}
         where i.id = ? and m.vulnerability = ? order by m.since desc limit 1`,
      )
      .get(...(reach.before?.params ?? []), identity, vulnerability);
  };
  const history = sql.all<[number], { part: number; identity: number; since: number; until: number }>(
    'select part, identity, since, until from controller_part_identity_log where controller = ? order by until desc',
  );
  const sinceOf = sql.value<[number, string, number], number>(
    `select min(since) from controller_match where identity = ? and vulnerability = ? and verdict <> 'not-affected'
       and (until is null or until >= ?)`,
  );
  const withVulnerability = sql.values<[string, string], number>(
    `select distinct p.controller from controller_match m cross join controller_part_identity p on p.identity = m.identity
       left join controller_document d on d.id = m.document
       where m.until is null and m.verdict <> 'not-affected' and (m.vulnerability = ? or d.key like ? escape '\\')
       order by p.controller`,
  );
  const partsWith = (identity: number, scope: Scope) => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], { controller: number; part: number; part_key: string; since: number; context: number }>(
        `select controller, part, part_key, since, context from controller_part_identity
         where identity = ? and ${sql} order by controller, part`,
      )
      .all(identity, ...params);
  };
  const counted = sql.all<[], CountRow>(
    'select verdict, rank, severity, fix_state, n from controller_match_count where n > 0',
  );
  const kept = whileUnwritten(db);
  /** Kept for the site, counted for a part of it: once for the pages that say it twice. */
  const counts = (scope: Scope): CountRow[] => {
    if (scope.site) return counted();
    const reach = reachedMatches(scope);
    return kept(JSON.stringify(scope.zones), () =>
      db
        .prepare<unknown[], CountRow>(
          `${reach.before?.sql} select m.verdict, ${reach.rank} as rank, m.severity, m.fix_state, count(*) as n
           from ${countedOf(reach)} and m.until is null group by 1, 2, 3, 4`,
        )
        .all(...(reach.before?.params ?? [])),
    );
  };
  const wrongCounts = sql.all<[], { verdict: string; rank: number; kept: number; n: number }>(
    `with counted as (select m.verdict, m.rank, m.severity, m.fix_state, count(*) as n from controller_match m
       join controller_identity i on i.id = m.identity where m.until is null and i.controllers > 0 group by 1, 2, 3, 4),
     kept as (select * from controller_match_count where n <> 0)
     select coalesce(k.verdict, c.verdict) as verdict, coalesce(k.rank, c.rank) as rank, coalesce(k.n, 0) as kept,
       coalesce(c.n, 0) as n
     from kept k full join counted c using (verdict, rank, severity, fix_state) where k.n is not c.n`,
  );
  /** What is held back on every controller in reach that has it. */
  const heldGroups = (scope: Scope): CountRow[] => {
    const reach = reachedMatches(scope);
    const now = held.now();
    const back = heldCondition(reach, 'everywhere', undefined, now);
    return db
      .prepare<unknown[], CountRow>(
        `${reach.before?.sql ?? ''} select m.verdict, ${reach.rank} as rank, m.severity, m.fix_state, count(*) as n
         from (select distinct identity, vulnerability from controller_held where until > ?) g
         cross join controller_match m on m.identity = g.identity and m.vulnerability = g.vulnerability and m.until is null
         cross join ${reach.identities} where i.id = m.identity and ${reach.controllers} > 0 and ${back.sql}
         group by 1, 2, 3, 4`,
      )
      .all(...(reach.before?.params ?? []), now, ...back.params);
  };
  const affectedControllers = (scope: Scope): number => {
    const { sql, params } = controllersIn(scope, 'p.controller');
    return (
      db
        .prepare<unknown[], number>(
          `select count(distinct p.controller) from controller_part_identity p where exists
           (select 1 from controller_match m indexed by controller_match_load
            where m.identity = p.identity and m.verdict in ('affected', 'review') and m.until is null) and ${sql}`,
        )
        .pluck()
        .get(...params) ?? 0
    );
  };
  const waiting = (scope: Scope): number => {
    const { sql, params } = controllersIn(scope, 'controller');
    return (
      db
        .prepare<unknown[], number>(
          `select count(*) from controller_part_identity
           where identity in (select id from controller_identity where matched_at is null) and ${sql}`,
        )
        .pluck()
        .get(...params) ?? 0
    );
  };
  const closedOf = sql.all<[number, number], FindingRow & { part: number; gone: number }>(
    `select ${columnsOf(WHOLE)}, g.part, g.until as gone from controller_part_identity_log g
     cross join controller_match m on m.identity = g.identity and m.verdict = 'affected' and m.since <= g.until
       and (m.until is null or m.until >= g.since)
     cross join controller_identity i on i.id = m.identity
     left join controller_document d on d.id = m.document left join controller_leaf l on l.id = m.leaf
     left join controller_threat t on t.vulnerability = m.vulnerability
     where g.controller = ? and not exists (select 1 from controller_part_identity p cross join controller_match o on o.identity = p.identity
       where p.part = g.part and o.vulnerability = m.vulnerability and o.until is null and o.verdict <> 'not-affected')
     order by g.until desc, m.vulnerability limit ?`,
  );

  /** When a part was first seen with it: over the versions that it had before, as long as each had it. */
  const firstSeen = (
    row: { part: number; identity: number; vulnerability: string; part_since: number },
    log: readonly { part: number; identity: number; since: number; until: number }[],
  ): number => {
    let seen = Math.max(row.part_since, sinceOf(row.identity, row.vulnerability, row.part_since) ?? row.part_since);
    let from = row.part_since;
    for (const before of log) {
      if (before.part !== row.part || before.until !== from || seen > from) continue;
      const since = sinceOf(before.identity, row.vulnerability, before.until);
      if (since === undefined || since === null || since > before.until) break;
      seen = Math.max(before.since, since);
      from = before.since;
    }
    return seen;
  };

  /** The matches that a filter of counted things leaves. */
  const countOf = (filter: Filter | undefined, scope: Scope): number => {
    const left = !asksFor('held', filter) && held.any() ? heldGroups(scope) : [];
    const isShown = asksForHidden(filter);
    const fits = filter === undefined ? () => true : fitsIn(filter, countedFields);
    return withoutHeld(counts(scope), left)
      .filter((row) => (isShown || row.verdict !== hidden) && fits(row))
      .reduce((sum, { n }) => sum + n, 0);
  };

  const vocabularyFor = (scope: Scope, controller?: number): Vocabulary => {
    const reach = reachedMatches(scope);
    return controllerFindingVocabulary({
      numberOf: (publicId) => numberOf(publicId, scope),
      rank: reach.rank,
      held: (wanted) =>
        wanted === 'only' ? heldCondition(reach, 'somewhere', controller, held.now()) : { sql: 'true', params: [] },
    });
  };

  const where = (filter: Filter | undefined, scope: Scope, controller: number | undefined): Condition[] => {
    const reach = reachedMatches(scope);
    const now = held.now();
    const back = heldCondition(reach, 'everywhere', controller, now);
    return [
      { sql: `m.until is null and ${reach.controllers} > 0`, params: [] },
      // In these words the index in the order of the list is of use.
      ...(asksForHidden(filter) ? [] : [{ sql: `m.verdict <> '${hidden}'`, params: [] }]),
      // Costs nothing while nothing is held back.
      ...(asksFor('held', filter) || !held.any() ? [] : [{ sql: `not (${back.sql})`, params: back.params }]),
      ...conditionsOf(filter, { vocabulary: vocabularyFor(scope, controller), now }),
    ];
  };

  /** The counts without the controllers, which cost most. */
  const tallies = (scope: Scope): ControllerFindingTallies => {
    const matrix = emptyMatrix();
    let affected = 0;
    let review = 0;
    const isAny = held.any();
    const left = isAny ? heldGroups(scope) : [];
    for (const { verdict, rank, fix_state, n } of withoutHeld(counts(scope), left)) {
      if (verdict === 'not-affected') continue;
      if (verdict === 'review') review += n;
      else affected += n;
      const row = matrix[DECISIONS[rank] ?? 'track'];
      row[verdict === 'review' ? 'undetermined' : FIX[fix_state]] += n;
    }
    const heldBack = left.reduce((sum, { verdict, n }) => (verdict === 'not-affected' ? sum : sum + n), 0);
    return { affected, review, held: heldBack, matrix };
  };

  return {
    language: (scope: Scope) => filterLanguage({ vocabulary: vocabularyFor(scope) }),
    list: (query: ControllerFindingQuery): { rows: ControllerFinding[]; total: number; next?: string } => {
      const { scope, filter, sort = 'decision', descending = false, limit, after } = query;
      const reach = reachedMatches(scope);
      const isAny = held.any();
      const asked = controllerIn(filter);
      const controller = asked === undefined ? undefined : numberOf(asked, scope);
      const ofSome = ['vendor', 'family', 'controller'].some((field) => asksFor(field, filter));
      const counted = scope.site && !ofSome ? COUNTED : countedOf(reach);
      const told = `${counted} ${TOLD}`;
      const list = listBuilder<FindingRow, keyof ReturnType<typeof ordersOf>>(db, {
        before: reach.before,
        from: scope.site ? FROM : told,
        counted: asksFor('text', filter) ? told : counted,
        select: columnsOf(reach),
        id: 'm.identity',
        orders: ordersOf(reach),
        ...(ofSome || !scope.site
          ? { few: { most: scope.site ? fewMatches : Number.MAX_SAFE_INTEGER, from: told } }
          : {}),
      });
      const total = isCounted(filter) ? () => countOf(filter, scope) : undefined;
      const page = list.page({ sort, descending, where: where(filter, scope, controller), limit, after }, total);
      return { ...page, rows: page.rows.map((row) => withHeld(toFinding(row), held, isAny, scope, controller)) };
    },
    /** Undefined where no controller in reach has a part of it. */
    find: (identity: number, vulnerability: string, scope: Scope): ControllerFinding | undefined => {
      const row = one(identity, vulnerability, scope);
      return row && withHeld(toFinding(row), held, held.any(), scope);
    },
    forController: (controller: number, scope: Scope): ControllerPartFinding[] => {
      const log = history(controller);
      const isAny = held.any();
      return ofController(controller, scope).map((row) => ({
        ...withHeld(toFinding({ ...row, rank: row.part_rank }), held, isAny, scope, controller),
        controller,
        part: row.part,
        partKey: row.part_key,
        firstSeen: firstSeen(row, log),
      }));
    },
    /** What the controller had before its parts became what they are. */
    closedOf: (controller: number, limit: number) =>
      closedOf(controller, limit).map((row) => ({ ...toFinding(row), part: row.part, closedAt: row.gone })),
    partsWith,
    loads: (controllers: readonly number[]): Map<number, ControllerFindingLoad> => {
      const ids = JSON.stringify(controllers);
      const loads = new Map<number, { -readonly [K in keyof ControllerFindingLoad]: ControllerFindingLoad[K] }>();
      const of = (controller: number) => {
        const load = loads.get(controller) ?? {
          findings: 0,
          review: 0,
          held: 0,
          act: 0,
          attend: 0,
          worst: null,
          waiting: 0,
        };
        loads.set(controller, load);
        return load;
      };
      const isAny = held.any();
      for (const row of isAny ? loadsNotHeld(ids, held.now()) : loadsSome(ids)) {
        const load = of(row.controller);
        if (row.verdict === 'review') load.review = row.n;
        else Object.assign(load, { findings: row.n, act: row.act, attend: row.attend, worst: row.worst });
      }
      if (isAny) for (const { controller, n } of heldSome(ids, held.now())) of(controller).held = n;
      for (const { controller, n } of waitingSome(ids)) of(controller).waiting = n;
      return loads;
    },
    waiting,
    /** Where the table of counts is not what the matches are. */
    wrongCounts: (): string[] =>
      wrongCounts().map(
        ({ verdict, rank, kept, n }) => `findings ${verdict} of rank ${rank}: ${kept} are counted, ${n} are there`,
      ),
    controllersWith: (text: string): number[] =>
      withVulnerability(text, `%/${text.replace(/[\\%_]/g, (c) => `\\${c}`)}`),
    tallies,
    counts: (scope: Scope): ControllerFindingCounts => ({
      ...tallies(scope),
      controllers: affectedControllers(scope),
    }),
  };
};
