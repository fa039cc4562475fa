import { nowMs, steadyMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Changed, ObjectChanged, SectionChanged } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Snapshot } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, asWriter, byWhom, scopeOf } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { type FilterLanguage, filterLanguage } from '../../platform/filter/language.ts';
import { idsOf } from '../../platform/id-array.ts';
import { groupsReached, isReached, type Scope, wholeSite } from '../../platform/scope.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device } from '../devices/types.ts';
import { acceptances } from './acceptance.ts';
import { baselineApproval } from './approval.ts';
import { baselinesOf, groupTree, toBaseline } from './chain.ts';
import { deviationChecker } from './check.ts';
import { contentHash } from './content-hash.ts';
import { deviationStore } from './deviation-store.ts';
import { deviationView } from './deviation-view.ts';
import { baselineEditor } from './edit.ts';
import { contentSnapshot } from './expected.ts';
import { deviationVocabulary } from './field-queries.ts';
import { type CoveredDevice, coverageQueries } from './queries.ts';
import { baselineStore } from './store.ts';
import {
  type Acceptance,
  type AcceptOptions,
  type ApproveOptions,
  type Baseline,
  type BaselineEdit,
  type BaselineSummary,
  type Deviation,
  type DeviationQuery,
  deviceBaselineId,
  type EntryPage,
  groupBaselineId,
} from './types.ts';

export type BaselineService = {
  /** The baselines that a device is under, the nearest first. */
  over(device: Pick<Device, 'publicId'>): Baseline[];
  /** Approves what a device holds now; anew when it has a baseline. INVALID, NOT_FOUND, FORBIDDEN. */
  approveDevice(actor: Actor, publicId: string, options: Omit<ApproveOptions, 'reference'>): Baseline;
  /** Approves what a reference device holds now as what a group is expected to hold. */
  approveGroup(actor: Actor, group: string, options: ApproveOptions): Baseline;
  /** Expects more, less or other things, as a new revision. INVALID, NOT_FOUND. */
  edit(actor: Actor, id: string, edit: BaselineEdit): Baseline;
  /** What is expected of a collection, by title; the first ones that have the text in it. */
  entries(id: string, collection: string, query: { search: string; limit: number }): EntryPage;
  /** What a device reports and the baseline does not expect. */
  offered(id: string, collection: string, query: { device: string; search: string; limit: number }): EntryPage;
  remove(actor: Actor, id: string, options?: { comment?: string }): void;
  /** Goes back to what a revision expected, as a new revision. */
  revert(actor: Actor, id: string, revision: number): Baseline;
  /** With what differs on devices in reach. */
  list(scope: Scope, collection?: readonly string[]): BaselineSummary[];
  /** Throws NOT_FOUND. */
  get(id: string, scope: Scope): BaselineSummary;
  /** Whether a baseline is of a device or group in reach. */
  isReached(baseline: Pick<Baseline, 'device' | 'group'>, scope: Scope): boolean;
  find(id: string): Baseline | undefined;
  /** What the newest content holds of a collection. */
  content(id: string, collection: string): Snapshot | undefined;
  acceptances(id: string): Acceptance[];
  /** The devices in reach under a baseline, when each was last compared, and what differs. */
  coverage(id: string, scope: Scope): CoveredDevice[];
  /** The language that lists of deviations are asked in. */
  readonly language: FilterLanguage;
  deviations(query: DeviationQuery): { rows: Deviation[]; total: number; next?: number };
  /** Open ones of a device. */
  deviationsOf(device: number): number;
  /**
   * Makes deviations part of their baselines, each of which has a new revision. What is out of reach is passed over; FORBIDDEN where a
   * baseline is of a group above what is reached.
   */
  accept(actor: Actor, ids: readonly number[], options: AcceptOptions): { accepted: number; baselines: string[] };
  /** Notes the number of a work order; null takes it away. */
  setWorkOrder(actor: Actor, ids: readonly number[], order: string | null): number;
  /** Within the transaction of the section that changed: compared at once. */
  onSectionChanged(changed: SectionChanged): void;
  /** Notes devices that may be compared with something else now, or hold something else. In the transaction of the change. */
  note(devices: readonly number[]): void;
  /** Objects were written: decisions put devices under other baselines, groups all. */
  written(objects: readonly ObjectChanged[]): void;
  /** Looks at devices that wait; whether more do. */
  run(options?: { budgetMs?: number }): { more: boolean };
  recomputePending(): void;
  isBehind(): boolean;
  /** Whether more devices wait than are compared in passing. */
  isFarBehind(): boolean;
  /** Items that baselines name though no device may have them. */
  keptItems(collection: string): Iterable<Uint32Array>;
  /** Drops deviations that ended long ago. */
  trim(): number;
  /** Baselines whose content is not what was approved. */
  verify(): string[];
};

type BaselineParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  changed: Changed;
  inventory: InventoryService;
  devices: Pick<DeviceService, 'find' | 'byPublicId'>;
  clock?: () => number;
  /** Throws while the clock is in doubt: nothing is begun then, and nothing approved until an end. */
  assertCertain?: () => void;
};

const batchDevices = 32;
const keptDays = 1_095;
const trimRows = 2_000;
/** Beyond it a baseline is approved anew: its content takes in what was accepted. */
const maxAccepted = 2_000;
const maxOrder = 100;

/** Baselines, what differs from them, and what was decided about it. */
export const baselineService = (parts: BaselineParts): BaselineService => {
  const { db, objects, events, inventory, devices } = parts;
  const clock = parts.clock ?? nowMs;
  const store = baselineStore(db);
  const deviations = deviationStore(db, parts.changed);
  const queries = coverageQueries(db);
  const hashOf = contentHash({ store, inventory });
  const approve = baselineApproval({
    assertCertain: parts.assertCertain,
    db,
    objects,
    inventory,
    store,
    clock,
    hashOf,
  });
  const editor = baselineEditor({ db, objects, inventory, devices, store, clock, hashOf });
  const acceptAll = acceptances({ store, inventory, clock });
  const { toAcceptance, toDeviations } = deviationView({ store, inventory });
  const check = deviationChecker({ store, deviations, inventory, objects, events, clock });

  const collections = inventory.collections().map(({ name }) => name);
  const vocabularyFor = (scope: Scope) => deviationVocabulary(collections, scope);

  const deviceOf = (id: number) => devices.find(id);

  const under = ({ scope, device, group }: Baseline): number[] => {
    if (scope === 'group') return group === null ? [] : queries.ofGroups(groupTree(objects, group));
    // The record may be gone: merged with another one, or forgotten.
    const id = device === null ? undefined : queries.idOf(device);
    return id === undefined ? [] : [id];
  };

  /** Devices under a baseline are looked at anew: a few at once, many in turn. */
  const recheck = (baseline: Baseline): void => {
    const all = under(baseline);
    const [now, later] = all.length <= batchDevices ? [all, []] : [[], all];
    for (const id of now) {
      const device = deviceOf(id);
      if (device !== undefined) check.device(device, 'approved');
    }
    store.mark(later);
  };

  const existing = (id: string): Baseline => {
    const found = objects.find('baseline', id);
    if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such baseline');
    return toBaseline(found);
  };

  const summaryOf = (baseline: Baseline, counted: ReturnType<typeof deviations.counts>): BaselineSummary => {
    const open = counted.find((row) => row.baseline === baseline.id);
    return {
      ...baseline,
      deviations: open?.deviations ?? 0,
      deviating: open?.devices ?? 0,
      counts: Object.fromEntries(store.counts(baseline.id, baseline.content).map((row) => [row.collection, row.count])),
    };
  };

  const isInReach: BaselineService['isReached'] = ({ device, group }, scope) => {
    if (scope.site) return true;
    if (group !== null) return groupsReached(db, scope)?.has(group) === true;
    const id = device === null ? undefined : queries.idOf(device);
    return id !== undefined && isReached(db, scope, id);
  };

  const accept: BaselineService['accept'] = (actor, ids, given) => {
    const scope = scopeOf(actor, 'devices:write');
    if (given.expiresAt != null) parts.assertCertain?.();
    const reason = enteredLine(given.reason);
    const faults: FieldErrors = {};
    if (reason === '') faults['reason'] = { key: 'validation.required' };
    if (given.expiresAt != null && given.expiresAt <= clock()) faults['expiresAt'] = { key: 'validation.future' };
    if (Object.keys(faults).length > 0) throw invalid(faults);
    const options = { ...given, reason };
    return immediate(db, () => {
      const open = deviations.byIds(ids, scope).filter(({ until }) => until === null);
      const touched: string[] = [];
      for (const [id, rows] of Map.groupBy(open, (row) => row.baseline)) {
        const baseline = existing(id);
        if (!isInReach(baseline, scope))
          throw new AppError('FORBIDDEN', `${id} is of a group above`, { right: 'devices:write' });
        const { accepted, byDeviation } = acceptAll(actor, baseline, rows, options);
        if (accepted.length > maxAccepted)
          throw new AppError('TOO_LARGE', `more than ${maxAccepted} accepted deviations: approve the baseline anew`);
        const { revision } = objects.update(
          asWriter(actor, 'devices:write'),
          'baseline',
          id,
          {
            accepted: accepted.map(String),
            contentHash: hashOf(id, baseline.content, accepted),
            approvedAt: toTime(clock()),
          },
          { comment: reason },
        );
        const at = clock();
        for (const row of rows) deviations.close(row, at, 'accepted', byDeviation.get(row.id) ?? null);
        events.record('deviation-accepted', {
          ...byWhom(actor),
          params: { baseline: id, n: rows.length, revision },
        });
        if (options.scope === 'group' && baseline.scope === 'group') recheck(existing(id));
        for (const device of new Set(rows.map((row) => row.device))) {
          const found = deviceOf(device);
          if (found !== undefined) check.device(found);
        }
        touched.push(id);
      }
      return { accepted: open.length, baselines: touched };
    });
  };

  const isBehind = (): boolean => store.pending(1).length > 0 || store.isDue(clock());

  const batch = (): void => {
    immediate(db, () => {
      for (const id of store.lapsed(clock())) {
        const found = objects.find('baseline', id);
        if (found !== undefined) store.mark(under(toBaseline(found)));
      }
      for (const id of store.pending(batchDevices)) {
        const device = deviceOf(id);
        if (device !== undefined) check.device(device);
        store.clean(id);
      }
    });
  };

  const run: BaselineService['run'] = ({ budgetMs = 50 } = {}) => {
    const end = steadyMs() + budgetMs;
    while (isBehind()) {
      batch();
      if (steadyMs() >= end) break;
    }
    return { more: isBehind() };
  };

  const all = (): Baseline[] => {
    const found: Baseline[] = [];
    for (let after: string | undefined; ; ) {
      const page = objects.list({ kind: 'baseline', limit: 1_000, ...defined({ after }) });
      found.push(...page.rows.map(toBaseline));
      if (page.next === undefined) return found;
      after = page.next;
    }
  };

  return {
    over: (device) => baselinesOf(objects, device),
    approveDevice: (actor, publicId, options) =>
      immediate(db, () => {
        const device = devices.byPublicId(publicId);
        const id = deviceBaselineId(publicId);
        const displayName = objects.find('device-decision', publicId)?.body['displayName'];
        const name = (typeof displayName === 'string' && displayName) || device.hostname || publicId;
        const baseline = approve(actor, id, { name, scope: 'device', device: publicId }, device.id, options);
        recheck(baseline);
        return baseline;
      }),
    approveGroup: (actor, group, options) =>
      immediate(db, () => {
        const name = String(objects.get('group', group).body['name'] ?? group);
        const source = options.reference === undefined ? undefined : devices.byPublicId(options.reference).id;
        const reference = options.reference === undefined ? {} : { reference: options.reference };
        const id = groupBaselineId(group);
        const baseline = approve(actor, id, { name, scope: 'group', group, ...reference }, source, options);
        recheck(baseline);
        return baseline;
      }),
    edit: (actor, id, edit) =>
      immediate(db, () => {
        const baseline = editor.edit(actor, existing(id).id, edit);
        recheck(baseline);
        return baseline;
      }),
    entries: (id, collection, query) => editor.entries(existing(id), collection, query),
    offered: (id, collection, query) => editor.offered(existing(id), collection, query),
    remove: (actor, id, options) =>
      immediate(db, () => {
        const baseline = existing(id);
        objects.remove(actor, 'baseline', id, options);
        recheck(baseline);
      }),
    revert: (actor, id, revision) =>
      immediate(db, () => {
        const baseline = toBaseline(objects.revert(actor, 'baseline', id, revision));
        recheck(baseline);
        return baseline;
      }),
    list: (scope, collection) => {
      const counted = deviations.counts(scope, collection);
      return all().map((baseline) => summaryOf(baseline, counted));
    },
    get: (id, scope) => summaryOf(existing(id), deviations.counts(scope)),
    isReached: isInReach,
    find: (id) => {
      const found = objects.find('baseline', id);
      return found === undefined ? undefined : toBaseline(found);
    },
    content: (id, collection) => {
      const row = store.content(id, existing(id).content, collection);
      return row === undefined ? undefined : contentSnapshot(row);
    },
    acceptances: (id) => store.acceptances(existing(id).accepted).map(toAcceptance),
    coverage: (id, scope) => queries.covered(under(existing(id)), scope),
    language: filterLanguage({ vocabulary: vocabularyFor(wholeSite('job')) }),
    deviations: (query) => {
      const { rows, total, next } = deviations.page(query, vocabularyFor(query.scope), clock());
      return { rows: toDeviations(rows), total, ...defined({ next }) };
    },
    deviationsOf: (device) => deviations.countOf(device),
    accept,
    setWorkOrder: (actor, ids, order) => {
      const scope = scopeOf(actor, 'devices:write');
      const text = order === null ? null : enteredLine(order, 'order', maxOrder);
      if (text === '') throw invalid({ order: { key: 'validation.required' } });
      return immediate(db, () => {
        const changed = deviations
          .byIds(ids, scope)
          .filter(({ id }) => deviations.setWorkOrder(id, text, actorRef(actor), clock())).length;
        if (changed > 0) {
          events.record('deviation-work-order', {
            ...byWhom(actor),
            params: { order: text ?? '–', n: changed },
          });
        }
        return changed;
      });
    },
    note: (noted) => {
      if (store.any()) store.mark(noted);
    },
    written: (written) => {
      if (!store.any()) return;
      if (written.some(({ kind }) => kind === 'group')) store.markAll();
      else store.mark(store.ofDecisions(written.flatMap(({ kind, id }) => (kind === 'device-decision' ? [id] : []))));
    },
    onSectionChanged: ({ device, collection }) => {
      if (!store.any()) return;
      const found = deviceOf(device);
      if (found !== undefined) check.section(found, collection);
    },
    run,
    recomputePending: () => {
      while (run().more);
    },
    isBehind,
    isFarBehind: () => store.pending(batchDevices + 1).length > batchDevices,
    keptItems: function* (collection) {
      for (const members of store.membersOf(collection)) yield idsOf(members);
      yield Uint32Array.from(store.heldItems(collection));
    },
    trim: () => {
      let removed = 0;
      for (let n = trimRows; n === trimRows; removed += n) {
        n = immediate(db, () => deviations.trim(clock() - keptDays * 86_400_000, trimRows));
      }
      return removed;
    },
    verify: () =>
      all()
        .filter(({ id, content, contentHash, accepted }) => hashOf(id, content, accepted) !== contentHash)
        .map(({ id }) => `baseline ${id}: its content is not what was approved`),
  };
};
