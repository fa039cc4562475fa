import type { Changed, ObjectChanged } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { FilterLanguage } from '../../platform/filter/language.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import type { ControllerKnowledge, CoverageState } from '../vulnerabilities/types.ts';
import { REVIEW_KIND, SYNONYM_KIND } from './answers.ts';
import { notJudgedQueries } from './coverage-queries.ts';
import { documentStore } from './document-store.ts';
import { type ControllerGroup, groupQueries, type ZoneGroup } from './group-queries.ts';
import { type HeldParts, heldStore } from './held-store.ts';
import { type IdentityStore, identityStore, type PartChange } from './identity-store.ts';
import { matchStore } from './match-store.ts';
import { controllerMatching } from './matching.ts';
import { namedPartQueries } from './named-part-queries.ts';
import { findingNotes } from './notes.ts';
import { decodeContext, decodeThreat, PRIORITY_RULES } from './priority.ts';
import { type ControllerFindingCounts, controllerFindingQueries } from './queries.ts';
import { type ControllerReview, controllerReview, type Dispute } from './review.ts';
import { reviewQueries } from './review-queries.ts';
import { threatStore } from './threat-store.ts';
import type {
  ControllerCoverage,
  ControllerFinding,
  ControllerFindingLoad,
  ControllerFindingQuery,
  ControllerPartFinding,
  ControllerRecord,
  ControllerRematch,
  FindingWhy,
  GroupBy,
  IndexBuilder,
  NamedPart,
  Urgency,
} from './types.ts';
import { urgencyQuery } from './urgency-queries.ts';
import { whyOf } from './why.ts';

type ControllerFindingParts = {
  readonly db: Database;
  readonly knowledge: ControllerKnowledge;
  /** The number of the snapshot in force. */
  readonly current: () => number;
  readonly objects: Pick<ObjectService, 'create' | 'find' | 'list' | 'remove'>;
  readonly events: Pick<EventService, 'record'>;
  readonly record: ControllerRecord;
  readonly nameOf: (controller: number) => string;
  /** What "no findings" of a controller is worth. */
  readonly coverageOf: (controller: number) => CoverageState;
  /** By its public id; 0 where there is none in reach. */
  readonly numberOf: (controller: string, scope: Scope) => number;
  readonly build: IndexBuilder;
  readonly maps: string;
  /** Accepted risks and compensating controls in force; without them nothing is held back. */
  readonly measures?: Pick<HeldParts, 'holding' | 'publicId' | 'zoneNames'>;
  readonly changed: Changed;
  readonly clock: () => number;
};

export type ControllerFindings = {
  /** Call in the transaction that changed parts of controllers, or right after it: their findings are up to date at once. */
  partsChanged(controllers?: readonly number[]): void;
  /** Objects were written: compensating controls hold findings back at once, answers and words about names are noted. In the transaction. */
  written(objects: readonly ObjectChanged[]): void;
  /** Whether something waits for its match. */
  isDue(): boolean;
  /** Whether advisories, maps or words about names are others than the matches were made with. */
  isRematchDue(): boolean;
  /** Matches what waits, after changes of parts, answers or names. Not in a transaction. */
  recomputePending(limit?: number): { done: number; more: boolean };
  /** After an import of advisories, and when the maps are newer than the matches. Not in a transaction. */
  rematch(): ControllerRematch;
  /** Works out anew what accepted risks and compensating controls hold back: when they were written, and as time goes on. */
  holdAgain(): void;
  /** The language that the list is asked in. */
  language(scope: Scope): FilterLanguage;
  list(query: ControllerFindingQuery): { rows: ControllerFinding[]; total: number; next?: string };
  counts(scope: Scope): ControllerFindingCounts;
  /** The same without the number of controllers. */
  tallies(scope: Scope): Omit<ControllerFindingCounts, 'controllers'>;
  /** Open ones of a controller in reach, worst first. */
  forController(controller: number, scope: Scope): ControllerPartFinding[];
  /** How many parts wait for their first match. */
  waiting(scope: Scope): number;
  /** What "no findings" of a controller is worth, and what of it is not judged. */
  coverage(controller: number): ControllerCoverage;
  /** What newer readings closed. */
  closedOf(controller: number, limit?: number): (ControllerFinding & { part: number; closedAt: number })[];
  /** Open findings of some controllers; those without are absent. */
  loads(controllers: readonly number[]): Map<number, ControllerFindingLoad>;
  /** The controllers with an open finding of a vulnerability, or of an advisory by its id. */
  controllersWith(text: string): number[];
  /** How much hurry some vulnerabilities make, over all controllers or some, by their public ids. */
  urgency(vulnerabilities: readonly string[], controllers?: readonly string[]): Urgency;
  /** What the parts of live controllers go by. */
  namedParts(): NamedPart[];
  /** The feeds that hold documents about controllers, in the snapshot in force. */
  feeds(): readonly string[];
  groups(by: GroupBy, scope: Scope): ControllerGroup[];
  /** Open findings that are not held back by vulnerability and zone, with how many controllers of the zone have it. */
  byZone(scope: Scope): ZoneGroup[];
  /** Throws NOT_FOUND, also where no controller in reach has it, or MALFORMED. */
  why(id: string, scope: Scope): FindingWhy;
  /** Says that a finding does not hold here, and why; it closes. Returns the id of the answer. */
  dispute(actor: Actor, id: string, given: Dispute): string;
  /** Takes the answer about a finding back: what comparing gave holds again. */
  retract(actor: Actor, id: string): void;
  review: Pick<ControllerReview, 'groups' | 'group' | 'decide' | 'open'>;
  /** Counts that are not what the matches give. */
  verify(): string[];
  /** Puts the index out of memory. */
  close(): void;
};

const parseId = (id: string): { identity: number; vulnerability: string } => {
  const found = /^(\d{1,15})\.([\x21-\x7e]{1,200})$/.exec(id);
  if (found === null) throw new AppError('MALFORMED', 'not the id of a finding');
  return { identity: Number(found[1]), vulnerability: found[2] ?? '' };
};

const noMeasures: NonNullable<ControllerFindingParts['measures']> = {
  holding: () => ({ vulnerabilities: [], of: () => undefined }),
  publicId: String,
  zoneNames: () => [],
};
const recomputedAtOnce = 50_000;

/** Findings on controllers: derived per distinct identity, fanned out to controllers on read. */
export const controllerFindings = (parts: ControllerFindingParts): ControllerFindings => {
  const { db, objects, clock } = parts;
  const identities: IdentityStore = identityStore(db);
  const matches = matchStore(db);
  const notJudged = notJudgedQueries(db);
  const documents = documentStore(db);
  const urgency = urgencyQuery(db, clock);
  const threats = threatStore(db);
  const held = heldStore({ db, clock, ...(parts.measures ?? noMeasures) });
  const queries = controllerFindingQueries(db, { any: held.any, of: held.of, now: clock }, parts.numberOf);

  /** Measures changed, ended, or are about what changed: what they hold back is worked out anew, and told of. */
  const holdAgain = (): void =>
    immediate(db, () => {
      const { changes, controllers } = held.refresh();
      for (const { name, until, held: count, returned } of changes) {
        if (count > 0) parts.events.record('controller-findings-held', { params: { name, until, findings: count } });
        if (returned > 0) parts.events.record('controller-findings-returned', { params: { name, findings: returned } });
      }
      parts.changed('controller-findings', controllers);
    });
  if (documents.state().rules !== PRIORITY_RULES) immediate(db, () => documents.ensurePriorities(PRIORITY_RULES));
  const notes = findingNotes({ events: parts.events, identities, matches, nameOf: parts.nameOf });

  /** What waiting identities closed and opened in the parts that became them. */
  const noteWaiting = (ids: readonly number[]): void => {
    const changes: PartChange[] = ids.flatMap((identity) =>
      identities.partsWith(identity).flatMap(({ controller, part, since }) => {
        const before = identities.before(part, since);
        return before === undefined ? [] : [{ controller, part, before, after: identity }];
      }),
    );
    notes.ofParts(changes);
  };

  const tellJudged = (ids: readonly number[]): void => {
    const controllers = ids.flatMap((identity) => identities.partsWith(identity).map(({ controller }) => controller));
    parts.changed('controller-findings', [...new Set(controllers)]);
  };

  const matching = controllerMatching({
    db,
    knowledge: parts.knowledge,
    current: parts.current,
    objects,
    identities,
    matches,
    documents,
    build: parts.build,
    maps: parts.maps,
    threats,
    known: parts.knowledge.threats,
    clock,
    note: (changes, { isFirst }) => {
      if (isFirst) noteWaiting(changes.map(({ identity }) => identity));
      else notes.ofImport(changes);
      tellJudged(changes.map(({ identity }) => identity));
    },
  });
  const review = controllerReview({
    db,
    objects,
    identities,
    matches,
    documents,
    queries: reviewQueries(db),
  });

  /** A person's word opened or closed findings of one identity. In the transaction. */
  const answered = (identity: number, what: { opened?: readonly string[]; closed?: readonly string[] }): void => {
    notes.ofImport([{ identity, opened: what.opened ?? [], closed: what.closed ?? [], changed: 0 }]);
    tellJudged([identity]);
    holdAgain();
  };

  const recomputePending: ControllerFindings['recomputePending'] = (limit = recomputedAtOnce) => {
    if (matching.isRematchDue()) matching.rematch();
    if (documents.state().answersPending) {
      review.applyAll();
      documents.answersApplied();
    }
    const done = matching.matchWaiting(limit);
    holdAgain();
    return done;
  };

  // A page asks for them; they change with the snapshot only.
  const heldFeeds: { number: number; feeds: readonly string[] } = { number: -1, feeds: [] };
  const feeds = (): readonly string[] => {
    const number = parts.current();
    if (heldFeeds.number !== number) {
      heldFeeds.feeds = parts.knowledge.feeds(number);
      heldFeeds.number = number;
    }
    return heldFeeds.feeds;
  };

  return {
    feeds,
    partsChanged: (controllers) =>
      immediate(db, () => {
        const changes = identities.refresh(parts.record.subjects(controllers), clock(), controllers);
        // Those that wait are told of when they are matched.
        const after = changes.flatMap((change) => change.after ?? []);
        const waiting = new Set(identities.some(after).flatMap(({ id, isWaiting }) => (isWaiting ? [id] : [])));
        notes.ofParts(changes.filter(({ after }) => after === null || !waiting.has(after)));
        if (changes.length > 0) holdAgain();
      }),
    written: (written) => {
      const has = (...kinds: readonly string[]): boolean => written.some(({ kind }) => kinds.includes(kind));
      if (has(REVIEW_KIND)) documents.answersChanged();
      if (has(SYNONYM_KIND)) documents.namesChanged();
      if (has('risk-acceptance', 'mitigation')) holdAgain();
    },
    isDue: matching.isDue,
    isRematchDue: matching.isRematchDue,
    recomputePending,
    rematch: () => {
      const done = matching.rematch();
      holdAgain();
      return done;
    },
    holdAgain,
    language: queries.language,
    list: queries.list,
    counts: queries.counts,
    tallies: queries.tallies,
    forController: queries.forController,
    closedOf: (controller, limit = 500) => queries.closedOf(controller, limit),
    loads: queries.loads,
    waiting: queries.waiting,
    coverage: (controller) => ({ state: parts.coverageOf(controller), reasons: notJudged(controller) }),
    controllersWith: queries.controllersWith,
    urgency: (vulnerabilities, ids) =>
      urgency(
        vulnerabilities,
        ids?.map((id) => parts.numberOf(id, wholeSite('job'))),
      ),
    namedParts: namedPartQueries(db, (parts.measures ?? noMeasures).zoneNames),
    ...groupQueries(db, clock),
    why: (id, scope) => {
      const { identity, vulnerability } = parseId(id);
      const finding = queries.find(identity, vulnerability, scope);
      if (finding === undefined) throw new AppError('NOT_FOUND', `there is no finding ${id}`);
      const having = queries.partsWith(identity, scope);
      return whyOf(finding, {
        open: () => parts.knowledge.open(parts.current()),
        identity: identities.some([identity])[0],
        answer: review.answer(finding.answer),
        parts: having,
        threat: decodeThreat(matches.threatOf(identity, vulnerability)),
        known: threats.find(vulnerability),
        contexts: [...new Set(having.map(({ context }) => context))].sort((a, b) => a - b).map(decodeContext),
      });
    },
    dispute: (actor, id, given) =>
      immediate(db, () => {
        const { identity, vulnerability } = parseId(id);
        const answer = review.dispute(actor, identity, vulnerability, given);
        answered(identity, { closed: [vulnerability] });
        return answer;
      }),
    retract: (actor, id) =>
      immediate(db, () => {
        const { identity, vulnerability } = parseId(id);
        review.retract(actor, identity, vulnerability);
        answered(identity, { opened: matches.affected(identity).filter((one) => one === vulnerability) });
      }),
    review,
    verify: queries.wrongCounts,
    close: () => matching.drop(),
  };
};
