import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import type { DeviceService } from '../devices/service.ts';
import type { EventService } from '../events/service.ts';
import { unpackIds } from '../inventory/packed-ids.ts';
import type { InventoryService } from '../inventory/service.ts';
import type { SectionChanged, Snapshot } from '../inventory/types.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, actorRef, type Body, requireRight } from '../objects/types.ts';
import { deviceBaselineId, groupBaselineId, groupTree, toBaseline } from './chain.ts';
import { deviationChecker } from './check.ts';
import { type DeviationRow, deviationStore } from './deviation-store.ts';
import { contentColumns, contentSnapshot, mergeAcceptance } from './expected.ts';
import { type CoveredDevice, coverageQueries } from './queries.ts';
import { type AcceptanceRow, baselineStore, type SidesRow } from './store.ts';
import { ensureBaselineTriggers } from './triggers.ts';
import type {
  Acceptance,
  AcceptOptions,
  ApproveOptions,
  Baseline,
  BaselineSummary,
  Deviation,
  DeviationQuery,
} from './types.ts';

export type BaselineService = {
  /** Approves what a device holds now; anew when it has a baseline. INVALID, NOT_FOUND, FORBIDDEN. */
  approveDevice(actor: Actor, publicId: string, options: Omit<ApproveOptions, 'reference'>): Baseline;
  /** Approves what a reference device holds now as what a group is expected to hold. */
  approveGroup(actor: Actor, group: string, options: ApproveOptions): Baseline;
  remove(actor: Actor, id: string, options?: { comment?: string }): void;
  /** Goes back to what a revision expected, as a new revision. */
  revert(actor: Actor, id: string, revision: number): Baseline;
  list(): BaselineSummary[];
  /** Throws NOT_FOUND. */
  get(id: string): BaselineSummary;
  find(id: string): Baseline | undefined;
  /** What the newest content holds of a collection. */
  content(id: string, collection: string): Snapshot | undefined;
  acceptances(id: string): Acceptance[];
  /** The devices under a baseline, when each was last compared, and what differs. */
  coverage(id: string): CoveredDevice[];
  deviations(query: DeviationQuery): { rows: Deviation[]; total: number; next?: number };
  /** Open ones of a device. */
  deviationsOf(device: number): number;
  /** Makes deviations part of their baselines, each of which has a new revision. */
  accept(actor: Actor, ids: readonly number[], options: AcceptOptions): { accepted: number; baselines: string[] };
  /** Notes the number of a work order; null takes it away. */
  setWorkOrder(actor: Actor, ids: readonly number[], order: string | null): number;
  /** Within the transaction of the section that changed. */
  onSectionChanged(changed: SectionChanged): void;
  /** Looks at devices that wait; whether more do. */
  run(options?: { budgetMs?: number }): { more: boolean };
  settle(): void;
  isBehind(): boolean;
  /** Items that baselines name though no device may have them. */
  keptItems(collection: string): Iterable<Uint32Array>;
  /** Drops deviations that ended long ago. */
  trim(): number;
  /** Baselines whose content is not what was approved. */
  verify(): string[];
};

export type BaselineParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  inventory: InventoryService;
  devices: Pick<DeviceService, 'find' | 'byPublicId'>;
  clock?: () => number;
};

const batchDevices = 32;
const keptDays = 1_095;
const trimRows = 2_000;
/** Beyond it a baseline is approved anew: its content takes in what was accepted. */
const maxAccepted = 2_000;
const maxReason = 500;
const maxOrder = 100;

/** Baselines, what differs from them, and what was decided about it. */
export const baselineService = (parts: BaselineParts): BaselineService => {
  const { db, objects, events, inventory, devices } = parts;
  const clock = parts.clock ?? nowMs;
  ensureBaselineTriggers(db);
  const store = baselineStore(db);
  const deviations = deviationStore(db);
  const queries = coverageQueries(db);
  const check = deviationChecker({ store, deviations, inventory, objects, events, clock });

  const keysOf = (collection: string, snapshot: Snapshot): string[] =>
    snapshot.mode === 'shared'
      ? inventory.itemKeys(collection, snapshot.items).sort()
      : snapshot.rows.map(({ key, digest }) => `${key} ${digest}`).sort();

  const sideKey = (collection: string, item: number | null, key: string | null): string | null =>
    item === null ? key : (inventory.itemKeys(collection, Uint32Array.of(item))[0] ?? `#${item}`);

  /** What the chain vouches for: the content by its keys, and every acceptance in force with who, why and until when. */
  const hashOf = (id: string, content: number, accepted: readonly number[]): string => {
    const held = Object.fromEntries(
      store.contents(id, content).map((row) => [row.collection, keysOf(row.collection, contentSnapshot(row))]),
    );
    const decisions = store.acceptances(accepted).map((one) => ({
      collection: one.collection,
      device: one.device,
      before: sideKey(one.collection, one.before_item, one.before_key),
      after: sideKey(one.collection, one.after_item, one.after_key),
      reason: one.reason,
      actor: one.actor,
      at: one.at,
      expires: one.expires_at,
    }));
    return createHash('sha256')
      .update(canonicalJson({ content: held, accepted: decisions }))
      .digest('hex');
  };

  const wrongOptions = (options: ApproveOptions): FieldErrors => {
    const faults: FieldErrors = {};
    const known = new Set(inventory.collections().map(({ name }) => name));
    if (options.collections.length === 0) faults['collections'] = { key: 'validation.required' };
    if (options.collections.some((name) => !known.has(name))) faults['collections'] = { key: 'validation.choice' };
    if (options.allowed?.some((line) => !/^[a-z][a-z0-9-]* +\S/.test(line)))
      faults['allowed'] = { key: 'validation.format' };
    if (options.expiresAt != null && options.expiresAt <= clock()) faults['expiresAt'] = { key: 'validation.future' };
    return faults;
  };

  const approve = (
    actor: Actor,
    id: string,
    body: Body,
    source: number | undefined,
    options: ApproveOptions,
  ): Baseline => {
    requireRight(actor, 'devices:write');
    const faults = wrongOptions(options);
    if (Object.keys(faults).length > 0) throw invalid(faults);
    return immediate(db, () => {
      const previous = objects.find('baseline', id);
      const before = previous === undefined ? undefined : toBaseline(previous);
      let content = before?.content ?? 0;
      let accepted = before?.accepted ?? [];
      if (source !== undefined) {
        content = store.nextContent(id);
        accepted = [];
        for (const collection of options.collections) {
          const snapshot = inventory.snapshot(source, collection);
          // Nothing was reported: nothing is expected until it is approved anew.
          if (snapshot === undefined) continue;
          store.putContent({ baseline: id, content, collection, ...contentColumns(snapshot) });
        }
        if (store.counts(id, content).length === 0) throw invalid({ collections: { key: 'validation.notReported' } });
      } else if (before === undefined) {
        throw invalid({ reference: { key: 'validation.required' } });
      } else {
        // Without a reference nothing can be expected of a section that the content does not have.
        const held = new Set(store.counts(id, content).map(({ collection }) => collection));
        if (options.collections.some((name) => !held.has(name)))
          throw invalid({ reference: { key: 'validation.required' } });
      }
      const written = objects.put(
        actor,
        'baseline',
        id,
        {
          ...body,
          collections: [...options.collections],
          allowed: [...(options.allowed ?? before?.allowed ?? [])],
          expiresAt: options.expiresAt == null ? null : toTime(options.expiresAt),
          approvedAt: toTime(clock()),
          content,
          contentHash: hashOf(id, content, accepted),
          accepted: accepted.map(String),
        },
        options.comment === undefined || options.comment === '' ? {} : { comment: options.comment },
      );
      return toBaseline(written);
    });
  };

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

  const toAcceptance = (row: AcceptanceRow): Acceptance => ({
    id: row.id,
    baseline: row.baseline,
    device: row.device,
    collection: row.collection,
    title: row.title,
    reason: row.reason,
    actor: row.actor,
    at: row.at,
    expiresAt: row.expires_at,
  });

  const toDeviations = (rows: readonly DeviationRow[]): Deviation[] => {
    const changes = new Map(
      inventory
        .readChanges(rows.map((row) => ({ ...row, door: '', at: row.since, count: null })))
        .map((change) => [change.id, change]),
    );
    const accepted = new Map(
      store
        .acceptances(rows.flatMap(({ acceptance }) => (acceptance === null ? [] : [acceptance])))
        .map((row) => [row.id, toAcceptance(row)]),
    );
    return rows.flatMap((row) => {
      const change = changes.get(row.id);
      if (change === undefined) return [];
      return [
        {
          id: row.id,
          baseline: row.baseline,
          device: row.device,
          collection: row.collection,
          operation: row.operation,
          title: row.title,
          change,
          since: row.since,
          until: row.until,
          outcome: row.outcome,
          acceptance: row.acceptance === null ? null : (accepted.get(row.acceptance) ?? null),
          workOrder:
            row.work_order === null
              ? null
              : { text: row.work_order, actor: row.work_order_actor ?? '', at: row.work_order_at ?? 0 },
        },
      ];
    });
  };

  /** The deviations of one baseline become part of it; the ids of all acceptances in force then. */
  const acceptAll = (
    actor: Actor,
    baseline: Baseline,
    rows: readonly DeviationRow[],
    options: AcceptOptions,
  ): { accepted: number[]; byDeviation: Map<number, number | null> } => {
    const at = clock();
    const isCurrent = (one: AcceptanceRow): boolean => one.expires_at === null || one.expires_at > at;
    const inForce = new Map(
      store
        .acceptances(baseline.accepted)
        .filter(isCurrent)
        .map((row) => [row.id, row]),
    );
    const byDeviation = new Map<number, number | null>();
    for (const row of rows) {
      const device = baseline.scope === 'group' && options.scope === 'group' ? null : row.device;
      const sides: SidesRow = row;
      const earlier = [...inForce.values()].filter((one) => one.device === device && one.collection === row.collection);
      const merged = device === null ? undefined : mergeAcceptance(sides, earlier);
      if (merged !== undefined) inForce.delete(merged.replaces.id);
      const kept = {
        baseline: baseline.id,
        device,
        collection: row.collection,
        title: row.title,
        reason: options.reason,
        actor: actorRef(actor),
        at,
        expires_at: options.expiresAt ?? null,
      };
      const { before_item, after_item, before_row, after_row, before_key, after_key } = merged?.sides ?? sides;
      const id = store.addAcceptance({
        ...kept,
        before_item,
        after_item,
        before_row,
        after_row,
        before_key,
        after_key,
      });
      // What returned to the content needs nothing in force; its acceptance is kept as what was decided.
      if (merged === undefined || merged.sides !== null) {
        const [added] = store.acceptances([id]);
        if (added !== undefined) inForce.set(id, added);
      }
      byDeviation.set(row.id, id);
    }
    return { accepted: [...inForce.keys()], byDeviation };
  };

  const accept: BaselineService['accept'] = (actor, ids, given) => {
    requireRight(actor, 'devices:write');
    const reason = cleanLine(given.reason).trim().slice(0, maxReason);
    const faults: FieldErrors = {};
    if (reason === '') faults['reason'] = { key: 'validation.required' };
    if (given.expiresAt != null && given.expiresAt <= clock()) faults['expiresAt'] = { key: 'validation.future' };
    if (Object.keys(faults).length > 0) throw invalid(faults);
    const options = { ...given, reason };
    return immediate(db, () => {
      const open = deviations.byIds(ids).filter(({ until }) => until === null);
      const touched: string[] = [];
      for (const [id, rows] of Map.groupBy(open, (row) => row.baseline)) {
        const baseline = existing(id);
        const { accepted, byDeviation } = acceptAll(actor, baseline, rows, options);
        if (accepted.length > maxAccepted)
          throw new AppError('TOO_LARGE', `more than ${maxAccepted} accepted deviations: approve the baseline anew`);
        const { revision } = objects.update(
          actor,
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
          actor: actorRef(actor),
          ...(actor.from === undefined ? {} : { from: actor.from }),
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

  const isBehind = (): boolean => store.stale(1).length > 0 || store.isDue(clock());

  const batch = (): void => {
    immediate(db, () => {
      for (const id of store.sweep(clock())) {
        const found = objects.find('baseline', id);
        if (found !== undefined) store.mark(under(toBaseline(found)));
      }
      for (const id of store.stale(batchDevices)) {
        const device = deviceOf(id);
        if (device !== undefined) check.device(device);
        store.clean(id);
      }
    });
  };

  const run: BaselineService['run'] = ({ budgetMs = 50 } = {}) => {
    const end = nowMs() + budgetMs;
    while (isBehind()) {
      batch();
      if (nowMs() >= end) break;
    }
    return { more: isBehind() };
  };

  const all = (): Baseline[] => {
    const found: Baseline[] = [];
    for (let after: string | undefined; ; ) {
      const page = objects.list({ kind: 'baseline', limit: 1_000, ...(after === undefined ? {} : { after }) });
      found.push(...page.rows.map(toBaseline));
      if (page.next === undefined) return found;
      after = page.next;
    }
  };

  return {
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
    list: () => {
      const counted = deviations.counts();
      return all().map((baseline) => summaryOf(baseline, counted));
    },
    get: (id) => summaryOf(existing(id), deviations.counts()),
    find: (id) => {
      const found = objects.find('baseline', id);
      return found === undefined ? undefined : toBaseline(found);
    },
    content: (id, collection) => {
      const row = store.content(id, existing(id).content, collection);
      return row === undefined ? undefined : contentSnapshot(row);
    },
    acceptances: (id) => store.acceptances(existing(id).accepted).map(toAcceptance),
    coverage: (id) => queries.covered(under(existing(id))),
    deviations: (query) => {
      const { rows, total } = deviations.page(query, clock());
      const last = rows.length === query.limit ? rows.at(-1) : undefined;
      return { rows: toDeviations(rows), total, ...(last === undefined ? {} : { next: last.id }) };
    },
    deviationsOf: (device) => deviations.countOf(device),
    accept,
    setWorkOrder: (actor, ids, order) => {
      requireRight(actor, 'devices:write');
      const text = order === null ? null : cleanLine(order).trim().slice(0, maxOrder);
      if (text === '') throw invalid({ order: { key: 'validation.required' } });
      return immediate(db, () => {
        const changed = ids.filter((id) => deviations.setWorkOrder(id, text, actorRef(actor), clock())).length;
        if (changed > 0) {
          events.record('deviation-work-order', {
            actor: actorRef(actor),
            ...(actor.from === undefined ? {} : { from: actor.from }),
            params: { order: text ?? '–', n: changed },
          });
        }
        return changed;
      });
    },
    onSectionChanged: ({ device, collection }) => {
      if (!store.any()) return;
      const found = deviceOf(device);
      if (found !== undefined) check.section(found, collection);
    },
    run,
    settle: () => {
      while (run().more);
    },
    isBehind,
    keptItems: function* (collection) {
      for (const { members, count } of store.membersOf(collection)) yield unpackIds(members, count);
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
