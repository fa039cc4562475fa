import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, asWriter, deciderScope, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import type { ControllerFacts } from '../controllers/types.ts';
import type { HardeningResult } from '../hardening/types.ts';
import type { Health, HealthReason } from '../zones/types.ts';
import { approvalReader } from './approvals.ts';
import { compareProgram, contentDifferences } from './compare.ts';
import { contentHash, contentOf, programReadAt } from './content.ts';
import { zoneController } from './health.ts';
import { integrityStore, type SnapshotRow, type StateRow } from './store.ts';
import {
  type ApproveProgram,
  approvableOf,
  type Difference,
  type FactsSource,
  type IntegrityService,
  isComparable,
  type ProgramContent,
  type ProgramDetail,
  type ProgramRow,
  type ProgramState,
  type Snapshot,
  STATES,
} from './types.ts';

type IntegrityParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove'>;
  facts: FactsSource;
  /** What each rule of hardening says of a controller. */
  harden: (facts: ControllerFacts) => readonly HardeningResult[];
  /** What else is wrong with a controller, of other features. */
  further?: (facts: ControllerFacts) => readonly HealthReason[];
  clock?: () => number;
};

const dayMs = 86_400_000;
const maxHistory = 100;
const maxProposals = 10_000;
const maxWhat = 200;

const json = <T>(text: string): T => JSON.parse(text) as T;

/** What changed, in a few words for an event: the names of blocks where they are known, else fields. */
const whatOf = (differences: readonly Difference[]): string => {
  const blocks = differences.flatMap((difference) => difference.blocks ?? []);
  const fields = differences.map(({ field }) => field);
  return (blocks.length > 0 ? blocks : fields).join(', ').slice(0, maxWhat);
};

const toSnapshot = ({ id, at, actor, moment, work_order, content, content_hash }: SnapshotRow): Snapshot => ({
  id,
  at,
  actor,
  moment: moment === 'before' ? 'before' : 'after',
  workOrder: work_order,
  content: json<ProgramContent>(content),
  contentHash: content_hash,
});

/** Compares what controllers hold with what was approved, and keeps who approved what. */
export const integrityService = ({
  db,
  gate,
  objects,
  events,
  facts,
  harden,
  further = () => [],
  clock = nowMs,
}: IntegrityParts): IntegrityService => {
  const store = integrityStore(db);
  const approvals = approvalReader(objects);

  /** Compares one controller and notes a new state; the event comes once, when the program is no longer the approved one. */
  const checkOne = (one: ControllerFacts): StateRow => {
    const at = clock();
    const { approval } = approvals.current(one.publicId);
    const readMs = objects.setting('integrity.read-days') * dayMs;
    const result = compareProgram(approval?.content, one, { nowMs: at, readMs });
    const held = store.byController(one.controller);
    const differences = JSON.stringify(result.differences);
    const isSame = held?.state === result.state && held.differences === differences;
    const since = isSame ? held.since : at;
    const hardening = harden(one);
    const { health, reasons } = zoneController(one, hardening, { ...result, since }, further(one));
    const answers = hardening.map(({ answer }) => answer);
    const row: StateRow = {
      controller: one.controller,
      public_id: one.publicId,
      name: one.name,
      zone: one.zone,
      health,
      reasons: JSON.stringify(reasons),
      found: answers.filter((answer) => answer === 'found').length,
      unknown: answers.filter((answer) => answer === 'unknown').length,
      state: result.state,
      why: result.why,
      since,
      checked_at: at,
      read_at: programReadAt(one),
      reference: approval?.contentHash ?? null,
      differences,
    };
    store.put(row);
    if (isSame) return row;
    if (held !== undefined || result.state !== 'no-reference')
      store.addChange({
        controller: one.controller,
        at,
        before: held?.state ?? null,
        after: result.state,
        differences,
      });
    const params = { controller: one.name };
    if (result.state === 'changed')
      events.record('controller-program-changed', { params: { ...params, what: whatOf(result.differences) } });
    else if (result.state === 'ok' && held?.state === 'changed' && held.reference === row.reference)
      events.record('controller-program-restored', { params });
    return row;
  };

  const check: IntegrityService['check'] = (controllers) => {
    immediate(db, () => {
      if (controllers === undefined) {
        const present = new Set<number>();
        for (const one of facts.all()) {
          present.add(one.controller);
          checkOne(one);
        }
        for (const { controller } of store.all(wholeSite('job')))
          if (!present.has(controller)) store.remove(controller);
        return;
      }
      for (const controller of new Set(controllers)) {
        const one = facts.byId(controller);
        if (one === undefined) store.remove(controller);
        else checkOne(one);
      }
    });
  };

  const rowOf = (row: StateRow): ProgramRow => ({
    controller: row.controller,
    publicId: row.public_id,
    name: row.name,
    zone: row.zone,
    state: row.state as ProgramState,
    why: row.why as ProgramRow['why'],
    differences: json<Difference[]>(row.differences),
    since: row.since,
    checkedAt: row.checked_at,
    readAt: row.read_at,
    isProposed: approvals.current(row.public_id).proposal !== null,
    hardening: { found: row.found, unknown: row.unknown },
  });

  const found = (publicId: string, scope: Scope): ControllerFacts => {
    const one = facts.find(publicId, scope);
    if (one === undefined) throw new AppError('NOT_FOUND', `there is no controller ${publicId.slice(0, 64)}`);
    return one;
  };

  const detail = (one: ControllerFacts): ProgramDetail => {
    const current = contentOf(one);
    return {
      ...rowOf(store.byController(one.controller) ?? checkOne(one)),
      current,
      currentHash: contentHash(current),
      ...approvals.current(one.publicId),
      approvals: approvals.history(one.publicId),
      changes: store.changes(one.controller, maxHistory).map(({ id, at, before, after, differences }) => ({
        id,
        at,
        before: before as ProgramState | null,
        after: after as ProgramState,
        differences: json<Difference[]>(differences),
      })),
      snapshots: store.snapshots(one.controller, maxHistory).map(toSnapshot),
      rules: [...harden(one)],
    };
  };

  const putInForce = (
    actor: Actor,
    one: ControllerFacts,
    given: { content: ProgramContent; reason: string; workOrder: string | null; by: string; second: string | null },
  ): void => {
    const { revision } = objects.put(
      asWriter(actor, 'controllers:write'),
      'controller-program',
      one.publicId,
      {
        name: one.name,
        content: given.content,
        contentHash: contentHash(given.content),
        reason: given.reason,
        workOrder: given.workOrder,
        approvedAt: toTime(clock()),
        approvedBy: given.by,
        secondBy: given.second,
        proposal: null,
      },
      { comment: given.reason },
    );
    events.record('controller-program-approved', {
      actor: actorRef(actor),
      params: { controller: one.name, revision },
    });
    checkOne(one);
  };

  const wanted = (one: ControllerFacts, given: ApproveProgram) => {
    const reason = enteredLine(given.reason);
    if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
    const content = contentOf(one);
    if (!isComparable(content)) throw invalid({ '': { key: 'validation.integrity.nothing' } });
    if (given.contentHash !== undefined && given.contentHash !== contentHash(content))
      throw new AppError('CONFLICT', 'the program was read again meanwhile');
    const workOrder = enteredLine(given.workOrder ?? '', 'workOrder', 100);
    return { content, reason, workOrder: workOrder === '' ? null : workOrder };
  };

  const approve: IntegrityService['approve'] = (actor, publicId, given) => {
    const scope = scopeOf(actor, 'controllers:write');
    return immediate(db, () => {
      const one = found(publicId, scope);
      const { content, reason, workOrder } = wanted(one, given);
      if (!objects.setting('integrity.second-person')) {
        putInForce(actor, one, { content, reason, workOrder, by: actorRef(actor), second: null });
        return detail(one);
      }
      const proposal = {
        content,
        contentHash: contentHash(content),
        reason,
        workOrder,
        by: actorRef(actor),
        at: clock(),
      };
      gate.asked(actor, 'program-approve', approvableOf(publicId, proposal).thing);
      const writer = asWriter(actor, 'controllers:write');
      objects.put(writer, 'controller-program', publicId, { name: one.name, proposal }, { comment: reason });
      events.record('controller-program-proposed', { actor: actorRef(actor), params: { controller: one.name } });
      return detail(one);
    });
  };

  const confirm: IntegrityService['confirm'] = (actor, publicId, decision) => {
    const scope = deciderScope(actor, 'controllers:write');
    const writer = asWriter(actor, 'controllers:write');
    return immediate(db, () => {
      const one = found(publicId, scope);
      const { proposal } = approvals.current(publicId);
      if (proposal === null) throw new AppError('CONFLICT', 'nothing waits for a second person');
      if (decision === 'decline') {
        objects.update(writer, 'controller-program', publicId, { proposal: null });
        return detail(one);
      }
      gate.assertMayApprove(actor, approvableOf(publicId, proposal));
      putInForce(writer, one, { ...proposal, second: actorRef(actor) });
      return detail(one);
    });
  };

  const snapshot: IntegrityService['snapshot'] = (actor, publicId, moment, workOrder) => {
    const scope = scopeOf(actor, 'controllers:write');
    return immediate(db, () => {
      const one = found(publicId, scope);
      const order = enteredLine(workOrder, 'workOrder', 100);
      if (order === '') throw invalid({ workOrder: { key: 'validation.required' } });
      const content = contentOf(one);
      if (!isComparable(content)) throw invalid({ '': { key: 'validation.integrity.nothing' } });
      const row = {
        controller: one.controller,
        at: clock(),
        actor: actorRef(actor),
        moment,
        work_order: order,
        content: JSON.stringify(content),
        content_hash: contentHash(content),
      };
      const id = store.addSnapshot(row);
      events.record('controller-program-snapshot', {
        actor: row.actor,
        params: { controller: one.name, moment, workOrder: order },
      });
      return toSnapshot({ ...row, id });
    });
  };

  const list: IntegrityService['list'] = ({ state, search = '' }, scope) => {
    const text = search.trim().toLowerCase();
    return store
      .all(scope, state)
      .map(rowOf)
      .filter((row) => text === '' || row.name.toLowerCase().includes(text) || row.publicId === text)
      .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  };

  return {
    list,
    proposals: () =>
      objects.list({ kind: 'controller-program', limit: maxProposals }).rows.flatMap(({ id, body }) => {
        const { proposal } = approvals.current(id);
        return proposal === null ? [] : [{ publicId: id, name: String(body['name'] ?? id), proposal }];
      }),
    counts: (scope) => {
      const counts: Record<ProgramState, number> = { changed: 0, unreachable: 0, 'no-reference': 0, ok: 0 };
      for (const { state, n } of store.stateCounts(scope)) counts[state as ProgramState] = n;
      return counts;
    },
    get: (publicId, scope) => detail(found(publicId, scope)),
    approve,
    confirm,
    snapshot,
    workDifference: (controller, workOrder) => {
      const [before, after] = (['before', 'after'] as const).map((moment) =>
        store.newestSnapshot(controller, workOrder, moment),
      );
      return before === undefined || after === undefined
        ? undefined
        : contentDifferences(json<ProgramContent>(before.content), json<ProgramContent>(after.content));
    },
    check,
    healths: (scope) => {
      // Of thousands, few differ in their reasons.
      const read = new Map<string, readonly HealthReason[]>();
      return store.healths(scope).map(({ controller, public_id, name, zone, health, reasons }) => {
        const known = read.get(reasons) ?? json<HealthReason[]>(reasons);
        read.set(reasons, known);
        return { controller, publicId: public_id, name, zone, health: health as Health, reasons: known };
      });
    },
    zoneHealths: (scope) =>
      store.zoneHealths(scope).map(({ health, ...row }) => ({ ...row, health: health as Health })),
    rowOf: (controller) => {
      const row = store.byController(controller);
      return row && rowOf(row);
    },
    healthOf: (controller) => {
      const row = store.byController(controller);
      return row && { health: row.health as Health, reasons: json<HealthReason[]>(row.reasons) };
    },
    stateOf: (controller) => {
      const row = store.byController(controller);
      return (
        row && { state: row.state as ProgramState, since: row.since, differences: json<Difference[]>(row.differences) }
      );
    },
  };
};
