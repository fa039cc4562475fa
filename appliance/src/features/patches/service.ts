import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, byWhom, requireRight, scopeOf } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { cleanLine } from '../../platform/text.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import type { ControllerFindings } from '../controller-findings/service.ts';
import type { Urgency } from '../controller-findings/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { WindowService } from '../windows/service.ts';
import type { MaintenanceWindow } from '../windows/types.ts';
import { approvalStore } from './approval-store.ts';
import { approvalImports } from './approvals.ts';
import { checklist } from './checklist.ts';
import { type DeadlineDays, deadlinesOf, overdueDeadlines } from './deadlines.ts';
import { evidencePacks } from './evidence-packs.ts';
import { evidenceStore } from './evidence-store.ts';
import type { EvidenceSources } from './evidence-types.ts';
import { measures as measuresOf } from './measures.ts';
import { moveStore } from './move-store.ts';
import { noticeStore } from './notice-store.ts';
import { patchKey, patchStore } from './patch-store.ts';
import { peopleOf } from './people-of.ts';
import { namedPlaces } from './places.ts';
import { patchProcess, WRITE } from './process.ts';
import { targetStore } from './target-store.ts';
import {
  ANSWERS,
  CHECK_ITEMS,
  type CheckAnswer,
  type CheckState,
  type ControllerPort,
  type ControllerView,
  type Move,
  type NewPatch,
  type Patch,
  type PatchQuery,
  type PatchState,
  type PatchSummary,
  type Snapshot,
  type TargetView,
} from './types.ts';
import { meetsVersion } from './version-meets.ts';

type PatchParts = {
  db: Database;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove' | 'personsBehind'>;
  objects: ObjectService;
  events: EventService;
  store: Pick<StoreService, 'has' | 'put' | 'path' | 'read'>;
  site: string;
  controllers: ControllerPort;
  evidence: EvidenceSources;
  controllerFindings: Pick<ControllerFindings, 'namedParts' | 'urgency' | 'holdAgain'>;
  vulnerabilities: Pick<VulnerabilityService, 'isPackage'>;
  windows: WindowService;
  clock?: () => number;
};

const maxTargets = 1_000;
const maxFileBytes = 64 * 1024 * 1024;
const pageRows = 500;
const maxHistory = 1_000;

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Patches of controllers, windows, compensating controls and the evidence of all of it. */
export const patchService = (parts: PatchParts) => {
  const { db, objects, gate, events, store, site, controllers, controllerFindings, vulnerabilities } = parts;
  const clock = parts.clock ?? nowMs;
  const patches = patchStore(db);
  const moves = moveStore(db);
  const targets = targetStore(db);
  const notices = noticeStore(db);
  const imports = approvalStore(db);
  const people = peopleOf(objects);
  const places = namedPlaces({ db, objects, windows: parts.windows });

  const deadlineDays = (): DeadlineDays => ({
    received: objects.setting('patches.received-days'),
    evaluated: objects.setting('patches.evaluated-days'),
    due: objects.setting('patches.due-days'),
  });

  /** Those of the whole site, and those that name a zone or controller in reach, with these alone. */
  const windows = (scope: Scope): MaintenanceWindow[] => {
    const inReach = controllers.zones(scope);
    return parts.windows.ofControllers().flatMap((window) => {
      if (inReach === undefined || window.zones.length + window.controllers.length === 0) return [window];
      const zones = window.zones.filter((zone) => inReach.has(zone));
      const own = controllers.reached(window.controllers, scope);
      return zones.length + own.length === 0 ? [] : [{ ...window, zones, controllers: [...own] }];
    });
  };
  const everything = wholeSite('job');

  const checksOf = (patch: Patch, controller: string): CheckState[] =>
    checklist(targets.answers(patch.id, controller), {
      vendor: patch.vendor,
      targetVersion: patch.targetVersion,
      isInStore: store.has,
    });

  const snapshotOf = (controller: ControllerView | undefined): Snapshot => ({
    firmware: controller?.firmware ?? null,
    readAt: controller?.readAt ?? null,
    integrity: controller?.integrity ?? null,
  });

  const targetViews = (patch: Patch, scope: Scope): TargetView[] =>
    targets.ofPatch(patch.id, scope).map((target) => ({
      ...target,
      record: controllers.find(target.controller),
      checks: checksOf(patch, target.controller),
    }));

  /** Over its controllers in reach. */
  const urgencyOf = (patch: Patch, scope: Scope): Urgency => {
    const controllers = targets.ofPatch(patch.id, scope).map(({ controller }) => controller);
    return controllers.length === 0
      ? controllerFindings.urgency(patch.vulnerabilities)
      : controllerFindings.urgency(patch.vulnerabilities, controllers);
  };

  const process = patchProcess({
    db,
    gate,
    events,
    patches,
    moves,
    people,
    clock,
    clockDays: deadlineDays,
    vendorFirst: () => objects.setting('patches.vendor-first'),
    factsOf: (patch) => ({
      targetVersion: patch.targetVersion,
      targets: targetViews(patch, everything).map(({ controller, installedAt, record, checks }) => ({
        controller,
        installedAt,
        open: checks.filter(({ fault }) => fault !== undefined).map(({ item }) => item),
        readAt: record?.readAt ?? null,
        meets:
          record?.firmware == null || patch.targetVersion === null
            ? 'unknown'
            : meetsVersion(record.firmware, patch.targetVersion),
      })),
    }),
    occurrence: (id, from) => {
      const found = parts.windows.occurrence(windows(everything), id, from);
      return found && { from: found.from, until: found.until, blackout: found.blackout, leadDays: found.leadDays };
    },
    urgencyOf: (patch) => urgencyOf(patch, everything),
    applyVerdict: (actor, patch, asked, signed) => approvals.applyAsked(actor, patch, asked, signed),
    onMoved: (_before, after, { installedAt }) => {
      for (const target of targets.ofPatch(after.id, everything)) {
        const now = snapshotOf(controllers.find(target.controller));
        if (after.state === 'installed') targets.install(after.id, target.controller, installedAt ?? clock(), now);
        if (after.state === 'verified') targets.verify(after.id, target.controller, clock(), now);
      }
    },
  });

  const approvals = approvalImports({
    db,
    site,
    events,
    patches,
    moves,
    imports,
    process,
    clock,
    vendorFirst: () => objects.setting('patches.vendor-first'),
  });
  const measures = measuresOf({
    db,
    gate,
    objects,
    events,
    notices,
    people,
    controllerFindings,
    vulnerabilities,
    clock,
  });

  const summary = (
    patch: Patch,
    scope: Scope,
    days: DeadlineDays,
    counted: { targets: ReadonlyMap<number, number>; waiting: ReadonlyMap<number, number> },
  ): PatchSummary => {
    const deadlines = deadlinesOf(patch.times, days, clock());
    return {
      ...patch,
      deadlines,
      overdue: overdueDeadlines(deadlines),
      urgency: urgencyOf(patch, scope),
      targets: counted.targets.get(patch.id) ?? 0,
      waiting: counted.waiting.get(patch.id) ?? 0,
    };
  };
  const counted = (scope: Scope) => ({ targets: targets.counts(scope), waiting: moves.waiting() });

  /** Patches with a missed deadline. */
  const overdueIds = (): number[] => {
    const days = deadlineDays();
    const found: number[] = [];
    for (let after = 0, page = patches.running(after, pageRows); page.length > 0; ) {
      for (const patch of page)
        if (overdueDeadlines(deadlinesOf(patch.times, days, clock())).length > 0) found.push(patch.id);
      after = page.at(-1)?.id ?? after;
      page = page.length < pageRows ? [] : patches.running(after, pageRows);
    }
    return found;
  };

  const sayOverdue = (): void => {
    const days = deadlineDays();
    for (const id of overdueIds()) {
      immediate(db, () => {
        const patch = process.found(id);
        const reported = patches.overdueReported(id);
        const now = overdueDeadlines(deadlinesOf(patch.times, days, clock()));
        const fresh = now.filter((one) => !reported.includes(one));
        if (fresh.length === 0) return;
        patches.setOverdueReported(id, now);
        for (const one of fresh)
          events.record('patch-overdue', { params: { patch: id, name: patch.patchId, clock: one } });
      });
    }
  };

  const checkedPatch = (given: NewPatch): NewPatch => {
    const faults: FieldErrors = {};
    const clean = (name: keyof NewPatch, max: number, isNeeded: boolean): string => {
      const value = cleanLine(String(given[name] ?? '')).trim();
      if (isNeeded && value === '') faults[name] = { key: 'validation.required' };
      if (value.length > max) faults[name] = { key: 'validation.tooLong', params: { max } };
      return value;
    };
    const optional = (name: 'targetVersion' | 'supersedes' | 'remarks', max: number): Partial<NewPatch> => {
      const value = clean(name, max, false);
      return value === '' ? {} : { [name]: value };
    };
    const sha256 = clean('sha256', 64, false).toLowerCase();
    if (sha256 !== '' && !isHash(sha256)) faults['sha256'] = { key: 'validation.hash' };
    const patch: NewPatch = {
      patchId: clean('patchId', 128, true),
      vendor: clean('vendor', 128, true),
      product: clean('product', 256, true),
      productVersion: clean('productVersion', 128, false),
      ...optional('targetVersion', 128),
      ...optional('supersedes', 128),
      ...optional('remarks', 2_000),
      ...(sha256 === '' ? {} : { sha256 }),
      vulnerabilities: (given.vulnerabilities ?? []).map((one) => cleanLine(one).trim().slice(0, 100)).slice(0, 500),
      ...defined({ publishedAt: given.publishedAt }),
    };
    if (given.publishedAt !== undefined && given.publishedAt > clock())
      faults['publishedAt'] = { key: 'validation.patchTime' };
    if (Object.keys(faults).length > 0) throw invalid(faults);
    return patch;
  };

  const evidence = evidencePacks({
    db,
    events,
    store,
    site,
    clock,
    clockDays: deadlineDays,
    patches,
    moves,
    targets,
    imports,
    measures,
    packs: evidenceStore(db),
    sources: parts.evidence,
  });

  /** NOT_FOUND, also where it is for no controller in reach. */
  const found = (id: number, scope: Scope): Patch => {
    const patch = process.found(id);
    if (patches.reached([id], scope).length === 0) throw new AppError('NOT_FOUND', 'there is no such patch');
    return patch;
  };
  const placed = (controller: ControllerView) => ({ controller: controller.id, zones: controller.zones });

  return {
    bodyRules: places.bodyRules,
    /** Windows and measures in force that name what is not there. */
    placesGone: () => places.gone(windows(everything), measures.mitigations()),
    zoneName: places.zoneName,
    create: (actor: Actor, given: NewPatch): Patch => {
      requireRight(actor, WRITE);
      const patch = checkedPatch(given);
      return immediate(db, () => {
        if (patches.byKey(patchKey(site, patch)) !== undefined) throw invalid({ patchId: { key: 'validation.taken' } });
        const id = patches.insert(site, patch, { at: clock(), actor: actorRef(actor), import: null });
        events.record('patch-added', {
          ...byWhom(actor),
          params: { patch: id, name: patch.patchId, product: patch.product },
        });
        return process.found(id);
      });
    },
    /** What may be entered later: the version that it brings, its file, what it closes. */
    describe: (
      actor: Actor,
      id: number,
      given: Pick<NewPatch, 'targetVersion' | 'sha256' | 'vulnerabilities'>,
    ): Patch => {
      requireRight(actor, WRITE);
      return immediate(db, () => {
        const patch = process.found(id);
        const { targetVersion, sha256, vulnerabilities } = checkedPatch({
          ...patch,
          remarks: '',
          supersedes: '',
          ...given,
        } as NewPatch);
        if (['installed', 'verified'].includes(patch.state))
          throw new AppError('CONFLICT', 'it is installed: what it was stays what it was');
        const after: Patch = {
          ...patch,
          targetVersion: targetVersion ?? null,
          sha256: sha256 ?? null,
          vulnerabilities: vulnerabilities ?? [],
        };
        patches.update(after);
        events.record('patch-described', {
          ...byWhom(actor),
          params: { patch: id, name: patch.patchId, version: after.targetVersion ?? '–' },
        });
        return after;
      });
    },
    /** What a person reads of patches: those for a controller in reach, with these controllers alone. */
    within: (scope: Scope) => ({
      /** NOT_FOUND. */
      get: (id: number): PatchSummary => summary(found(id, scope), scope, deadlineDays(), counted(scope)),
      find: (id: number): Patch | undefined =>
        Number.isSafeInteger(id) && patches.reached([id], scope).length > 0 ? patches.byId(id) : undefined,
      list: (query: PatchQuery): { rows: PatchSummary[]; total: number; next?: number } => {
        const { rows, total } = patches.page(query, scope, query.overdue === true ? overdueIds() : undefined);
        const [days, counts] = [deadlineDays(), counted(scope)];
        const last = rows.length === query.limit ? rows.at(-1) : undefined;
        return {
          rows: rows.map((patch) => summary(patch, scope, days, counts)),
          total,
          ...defined({ next: last?.id }),
        };
      },
      counts: (): { states: { state: PatchState; n: number }[]; overdue: number; waiting: number } => {
        const waiting = moves.waiting();
        return {
          states: patches.counts(scope),
          overdue: patches.reached(overdueIds(), scope).length,
          waiting: patches.reached([...waiting.keys()], scope).reduce((sum, id) => sum + (waiting.get(id) ?? 0), 0),
        };
      },
      /** What was known of the hurry is of all its controllers. */
      history: (id: number): Move[] =>
        moves.ofPatch(found(id, scope).id, maxHistory).map((move) => (scope.site ? move : { ...move, urgency: null })),
      /** A patch is moved as a whole: nothing where not the whole site is in reach. */
      options: (id: number) => {
        const patch = found(id, scope);
        return scope.site ? process.options(patch) : [];
      },
      requests: (id: number) => process.openRequests(found(id, scope)),
      targets: (id: number): TargetView[] => targetViews(found(id, scope), scope),
      windows: (): MaintenanceWindow[] => windows(scope),
      /** Occurrences in a span, and the blackouts in it. */
      calendar: (span: { from: number; until: number }) =>
        parts.windows.calendar(windows(scope), { ...span, most: 2_000 }),
      /** One occurrence of a window, by its beginning. */
      occurrence: (id: string, from: number) => parts.windows.occurrence(windows(scope), id, from),
    }),
    /** Of every patch, what waits for signatures. */
    openRequests: () =>
      [...moves.waiting().keys()].flatMap((id) => {
        const patch = process.found(id);
        return process.openRequests(patch).map((request) => ({ patch, request }));
      }),
    people,
    move: process.move,
    extend: process.extend,
    sign: process.sign,

    setTarget: (actor: Actor, id: number, controller: string, wanted: boolean): void => {
      requireRight(actor, WRITE);
      immediate(db, () => {
        const patch = process.found(id);
        if (['installed', 'verified', 'superseded'].includes(patch.state))
          throw new AppError('CONFLICT', 'it is installed: its controllers stay what they were');
        if (wanted && controllers.find(controller) === undefined)
          throw invalid({ controller: { key: 'validation.reference' } });
        if (wanted && targets.ofPatch(id, everything).length >= maxTargets)
          throw new AppError('TOO_LARGE', `a patch is for at most ${maxTargets} controllers`);
        const changed = wanted ? targets.add(id, controller, clock(), actorRef(actor)) : targets.drop(id, controller);
        if (changed)
          events.record('patch-target', {
            ...byWhom(actor),
            params: { patch: id, name: patch.patchId, controller, change: wanted ? 'added' : 'removed' },
          });
      });
    },
    answer: (actor: Actor, id: number, controller: string, given: CheckAnswer): void => {
      const scope = scopeOf(actor, WRITE);
      const faults: FieldErrors = {};
      if (!CHECK_ITEMS.includes(given.item)) faults['item'] = { key: 'validation.choice' };
      if (!ANSWERS.includes(given.answer)) faults['answer'] = { key: 'validation.choice' };
      const note = cleanLine(given.note).trim();
      const value = given.value === null ? null : cleanLine(given.value).trim() || null;
      if (note.length > 500) faults['note'] = { key: 'validation.tooLong', params: { max: 500 } };
      if ((value?.length ?? 0) > 200) faults['value'] = { key: 'validation.tooLong', params: { max: 200 } };
      if (Object.keys(faults).length > 0) throw invalid(faults);
      immediate(db, () => {
        const patch = found(id, scope);
        if (!targets.ofPatch(id, scope).some((target) => target.controller === controller))
          throw new AppError('NOT_FOUND', 'the patch is not for this controller');
        targets.answer({ ...given, note, value, patch: id, controller, actor: actorRef(actor), at: clock() });
        events.record('patch-checked', {
          ...byWhom(actor),
          params: { patch: id, name: patch.patchId, controller, item: given.item, answer: given.answer },
        });
      });
    },

    approvals,
    measures,
    evidence,

    nextWindow: (controller: string) => {
      const record = controllers.find(controller);
      return record && parts.windows.next(windows(everything), placed(record), clock());
    },
    /** Patches and compensating controls of a controller, for its page. */
    ofController: (
      controller: string,
    ): { patches: PatchSummary[]; mitigations: ReturnType<typeof measures.mitigations> } => {
      const zones = controllers.find(controller)?.zones ?? [];
      const { rows } = patches.page({ controller, limit: 100 }, everything);
      const [days, counts] = [deadlineDays(), counted(everything)];
      return {
        patches: rows.map((patch) => summary(patch, everything, days, counts)),
        mitigations: measures
          .mitigations()
          .filter((one) => one.controllers.includes(controller) || one.zones.some((zone) => zones.includes(zone))),
      };
    },

    controllers,
    /** Keeps a file of evidence in the store. TOO_LARGE. */
    attach: async (actor: Actor, name: string, bytes: Uint8Array): Promise<string> => {
      requireRight(actor, WRITE);
      const { sha256, sizeBytes } = await store.put(bytes, { maxBytes: maxFileBytes });
      notices.addFile({
        sha256,
        name: cleanLine(name).trim().slice(0, 200) || sha256.slice(0, 16),
        bytes: sizeBytes,
        at: clock(),
        actor: actorRef(actor),
      });
      events.record('evidence-attached', {
        ...byWhom(actor),
        params: { sha256, bytes: sizeBytes },
      });
      return sha256;
    },
    files: (most: number) => notices.files(most),
    file: (sha256: string) => notices.file(sha256),
    /** What the store must keep. */
    objectsInUse: (): string[] => [...notices.files(1_000_000).map(({ sha256 }) => sha256), ...evidence.objectsInUse()],
    /** Ends what is over and says what is due; the server calls it every minute. */
    tick: (): void => {
      for (let ended = pageRows; ended === pageRows; ) ended = process.expire(pageRows);
      sayOverdue();
      measures.notice();
      controllerFindings.holdAgain();
    },
  };
};

export type PatchService = ReturnType<typeof patchService>;
