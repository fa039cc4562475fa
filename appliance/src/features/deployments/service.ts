import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { compareKeys } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { Changed } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, asWriter, byWhom, scopeOf } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { memoryPage } from '../../platform/list/memory-list.ts';
import { groupsReached, type Scope } from '../../platform/scope.ts';
import { digestOf } from '../../platform/selection.ts';
import { inSteps } from '../../platform/steps.ts';
import type { ApprovalGate, MakeAgreements } from '../accounts/types.ts';
import type { DeviceQueries } from '../devices/types.ts';
import type { UpdateService } from '../updates/service.ts';
import { deployConsents } from './consents.ts';
import { packageExclusions } from './exclusions.ts';
import { expectedMinutes } from './expected-time.ts';
import { agentPackage, type Change, changeGate, type GateParts, type HoldCode, heldBack } from './gate.ts';
import { rollouts as rolloutService } from './rollout.ts';
import { taskStore } from './store.ts';
import { taskQueue } from './task-queue.ts';
import {
  type Deployment,
  type DeploymentPreview,
  type DeploymentTask,
  type NewDeployment,
  TASK_STATES,
  type TaskState,
} from './types.ts';

const KIND = 'deployment';
const maxUpdates = 1_000;
const maxOrders = 1_000_000;
const groupPage = 1_000;
/** Orders that are written at once: a few milliseconds. */
const pieceOrders = 100;

type DeploymentParts = {
  db: Database;
  objects: ObjectService;
  events: EventService;
  changed: Changed;
  inventory: Pick<InventoryService, 'section'>;
  devices: Pick<DeviceQueries, 'idsOf' | 'publicIds' | 'unmanaged'>;
  updates: UpdateService;
  store: Pick<StoreService, 'has'>;
  gate: Pick<ApprovalGate, 'assertMayApprove' | 'hindrance'>;
  agreements: MakeAgreements;
  clock?: () => number;
  /** When a computer may be changed. */
  changes: GateParts;
  /** Throws while the clock is in doubt: nothing is begun then, and nothing approved until an end. */
  assertCertain?: () => void;
};

type DeploymentQuery = { scope: Scope; limit: number; after?: string; search?: string };

type Summary = { counts: Partial<Record<TaskState, number>>; isCancelled: boolean; devices: number };

const noOrders: Summary = { counts: {}, isCancelled: false, devices: 0 };

export type DeploymentService = ReturnType<typeof deploymentService>;

const randomText = (bytes: number): string => Buffer.from(randomBytes(bytes)).toString('hex');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of which device gets which update; the devices of an update come in the order of their numbers. */
const digestOfTasks = (tasks: DeploymentPreview['tasks']): string => {
  const devicesOf = new Map<string, string[]>();
  for (const { device, updateId, skipped = '' } of tasks) {
    const devices = devicesOf.get(updateId) ?? [];
    devicesOf.set(updateId, devices);
    devices.push(`${device}${skipped}`);
  }
  return digestOf([...devicesOf].map(([id, devices]) => `${id} ${devices.join(' ')}`));
};

/** Deployments and their tasks. */
export const deploymentService = (parts: DeploymentParts) => {
  const { db, objects, events, inventory, devices, updates } = parts;
  const store = taskStore(db, parts.changed);
  const clock = (): string => toTime((parts.clock ?? nowMs)());

  const groupMembers = (group: string, scope: Scope): string[] => {
    const reached = groupsReached(db, scope);
    if (reached !== undefined && !reached.has(group)) throw new AppError('NOT_FOUND', `group ${group} does not exist`);
    objects.get('group', group);
    const found: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = objects.list({
        kind: 'device-decision',
        where: { group },
        limit: groupPage,
        ...defined({ after }),
      });
      found.push(...page.rows.map(({ id }) => id));
      if (page.next === undefined) return found;
      after = page.next;
    }
  };

  const rollouts = rolloutService({
    db,
    objects,
    events,
    gate: parts.gate,
    clock: parts.clock ?? nowMs,
    groupMembers,
    assertSeen: (id, scope) => void get(id, scope),
    endWaiting: (id, device) => store.takeBack(id, device, clock()),
    orderAgain: (id, device) => store.orderAgain(id, device, clock()),
  });
  const consents = deployConsents({ objects, agreements: parts.agreements });
  const changes = changeGate(parts.changes);
  const exclusions = packageExclusions({ db, objects, clock });
  const changeOf = (updateId: string): Change => ({
    minutes: expectedMinutes(store.actSeconds(updateId)),
    isAgent: updates.stored(updateId)?.update.name === agentPackage,
  });
  /** That of some updates: it takes as long as the longest of them. */
  const changeOfAll = (updateIds: readonly string[]): Change => {
    const changes = updateIds.map(changeOf);
    return {
      minutes: changes.reduce((longest, { minutes }) => Math.max(longest, minutes), 0),
      isAgent: changes.every(({ isAgent }) => isAgent),
    };
  };
  const { queue, endOld } = taskQueue({
    db,
    store,
    objects,
    events,
    inventory,
    updates,
    gate: changes,
    changeOf,
    exclusions,
    has: parts.store.has,
    clock,
    failed: rollouts.look,
  });

  const devicesIn = (publicIds: readonly string[], scope: Scope): Set<number> => {
    const distinct = [...new Set(publicIds)];
    const found = devices.idsOf(distinct, scope);
    if (found.length < distinct.length) throw new AppError('NOT_FOUND', 'no such device');
    return new Set(found.sort((a, b) => a - b));
  };

  /** Which device needs which update now; throws INVALID for an update that may not be deployed. */
  const plan = (wanted: NewDeployment, scope: Scope): DeploymentPreview['tasks'] => {
    const ids = [...new Set(wanted.updates)];
    if (ids.length === 0 || ids.length > maxUpdates) throw invalid({ updates: { key: 'validation.required' } });
    const given = wanted.devices ?? (wanted.group === undefined ? undefined : groupMembers(wanted.group, scope));
    const only = given && devicesIn(given, scope);
    if (only?.size === 0) throw invalid({ devices: { key: 'validation.required' } });
    const notLookedAt = updates.notLookedAt(scope, only);
    if (notLookedAt > 0) throw invalid({ devices: { key: 'validation.notLookedAt', params: { n: notLookedAt } } });
    const pairOf = parts.changes.pairs();
    const isExcluded = exclusions();
    const tasks = ids.flatMap((updateId) => {
      const change = changeOf(updateId);
      const update = updates.stored(updateId)?.update;
      const item = updates.get(updateId, scope);
      const isReady =
        item.approval === 'approved' &&
        item.files.length > 0 &&
        item.files.every((file) => parts.store.has(file.sha256));
      if (!isReady)
        throw invalid({
          updates: { key: 'validation.notDeployable', params: { update: `${item.name} ${item.version}` } },
        });
      const needing = new Set(updates.needing(item, scope));
      // A device that was named and does not need it is in the record; of a whole site only those that need it.
      const concerned = [...(only ?? needing)];
      const unmanaged = new Set(devices.unmanaged(concerned));
      return concerned.map((device) => {
        const isByHand = (): boolean => pairOf(device, change) === 'BY_HAND';
        const skipped = unmanaged.has(device)
          ? 'NOT_MANAGED'
          : needing.has(device)
            ? isExcluded(device, update)
              ? 'EXCLUDED'
              : isByHand()
                ? 'BY_HAND'
                : undefined
            : 'NOT_NEEDED';
        return { device, updateId, ...defined({ skipped }) };
      });
    });
    if (tasks.length > maxOrders) throw new AppError('TOO_LARGE', `a deployment orders at most ${maxOrders} tasks`);
    return tasks;
  };

  /** The rings of those that get an order; none where all go at once. */
  const ringsOf = (wanted: NewDeployment, orders: DeploymentPreview['tasks'], scope: Scope) => {
    const rings = rollouts.planOf(wanted);
    if (rings === undefined) return undefined;
    const ordered = [...new Set(orders.map(({ device }) => device))].sort((a, b) => a - b);
    const publicIds = devices.publicIds(ordered);
    const candidates = ordered.map((device, at) => ({ device, publicId: publicIds[at] ?? '' }));
    return { plan: rings, ...rollouts.preview(rings, wanted.updates, candidates, scope) };
  };

  const planned = (wanted: NewDeployment, scope: Scope) => {
    const tasks = plan(wanted, scope);
    const orders = tasks.filter((task) => task.skipped === undefined);
    return {
      tasks,
      devices: new Set(orders.map(({ device }) => device)).size,
      orders: orders.length,
      digest: digestOfTasks(tasks),
      rings: ringsOf(wanted, orders, scope),
    };
  };

  const preview = (wanted: NewDeployment, scope: Scope): DeploymentPreview => {
    const { rings, ...rest } = planned(wanted, scope);
    const ordered = new Set(rest.tasks.flatMap(({ device, skipped }) => (skipped === undefined ? [device] : [])));
    const gateOf = changes();
    const change = changeOfAll([...new Set(wanted.updates)]);
    const codes = [...ordered].map((device) => gateOf(device, change).code);
    const leftOut = (why: string): number =>
      new Set(rest.tasks.flatMap(({ device, skipped }) => (skipped === why ? [device] : []))).size;
    return {
      ...rest,
      byHand: leftOut('BY_HAND'),
      excluded: leftOut('EXCLUDED'),
      rings: rings?.sizes ?? [],
      ...heldBack(codes, change.minutes),
    };
  };

  /** A deployment has no state beside that of its orders: who reaches a part is told how that part goes. */
  const toDeployment = (
    object: ObjectOf<'deployment'>,
    { counts: found, isCancelled, devices: n }: Summary,
    isHeld: boolean,
  ): Deployment => {
    const counts = Object.fromEntries(TASK_STATES.map((state) => [state, found[state] ?? 0])) as Record<
      TaskState,
      number
    >;
    const open = counts.queued + counts.running;
    const lateAtMs = rollouts.lateAtMs(object.id, object.body['rollout']);
    return {
      id: object.id,
      name: text(object.body['name']),
      createdAt: toTime(object.createdAt),
      createdBy: objects.revisions(KIND, object.id).find(({ revision }) => revision === 1)?.actor ?? '',
      updates: (object.body['updates'] as string[] | undefined) ?? [],
      timeoutMinutes: Number(object.body['timeoutMinutes'] ?? 30),
      state: isHeld ? 'held' : open > 0 ? 'running' : isCancelled ? 'cancelled' : 'finished',
      counts,
      lateAt: lateAtMs === null ? null : toTime(lateAtMs),
      late: lateAtMs !== null && clock() >= toTime(lateAtMs) ? open : 0,
      devices: n,
    };
  };

  const toDeployments = (rows: readonly ObjectOf<'deployment'>[], scope: Scope): Deployment[] => {
    const found = store.summaries(
      rows.map(({ id }) => id),
      scope,
    );
    const held = rollouts.heldIds();
    return rows.map((row) => toDeployment(row, found.get(row.id) ?? noOrders, held.has(row.id)));
  };

  const get = (id: string, scope: Scope): Deployment => {
    const object = objects.get(KIND, id);
    const found = store.summaries([id], scope).get(id);
    if (found === undefined && !scope.site) throw new AppError('NOT_FOUND', `${KIND} ${id} does not exist`);
    return toDeployment(object, found ?? noOrders, rollouts.heldIds().has(id));
  };

  /** All with an order in reach, the newest first. */
  const seen = (scope: Scope, search: string | undefined): ObjectOf<'deployment'>[] => {
    const ids = store.seen(scope);
    const found: ObjectOf<'deployment'>[] = [];
    for (let after: string | undefined; ; ) {
      const page = objects.list({ kind: KIND, limit: groupPage, ...defined({ after, search }) });
      found.push(...page.rows.filter(({ id }) => ids.has(id)));
      if (page.next === undefined) return found;
      after = page.next;
    }
  };

  /** Writes the orders, and after the last of them the deployment. */
  function* ordering(actor: Actor, wanted: NewDeployment, id: string): Generator<void, void, void> {
    const scope = scopeOf(actor, 'deployments:write');
    const { tasks, devices: count, orders, digest, rings } = planned(wanted, scope);
    if (wanted.digest !== undefined && wanted.digest !== digest)
      throw new AppError(
        'CONFLICT',
        `${orders} orders to ${count} devices would be given now, not those of the preview`,
      );
    if (orders === 0) throw invalid({ devices: { key: 'validation.nothingToDeploy' } });
    const first = updates.get(wanted.updates[0] ?? '', scope);
    const more = new Set(wanted.updates).size - 1;
    const name = wanted.name?.trim() || `${first.name} ${first.version}${more > 0 ? ` +${more}` : ''}`;
    const at = clock();
    for (let from = 0; from < tasks.length; from += pieceOrders) {
      if (from > 0) yield;
      store.add(
        tasks.slice(from, from + pieceOrders).map((task) => {
          return { ...task, id: randomText(16), deployment: id, ring: rings?.rings.get(task.device) ?? 0, at };
        }),
      );
    }
    // The start of a server takes unfinished orders away (dropUnfinished), also those of a command that still writes them.
    if (store.countOf(id) !== tasks.length)
      throw new AppError('CONFLICT', 'the server was started while the orders were written: give them again');
    objects.create(
      asWriter(actor, 'deployments:write'),
      KIND,
      {
        name,
        updates: [...new Set(wanted.updates)],
        ...(wanted.devices === undefined ? {} : { devices: [...wanted.devices] }),
        ...defined({ group: wanted.group, timeoutMinutes: wanted.timeoutMinutes }),
        ...(scope.site ? {} : { limit: [...scope.roots] }),
        ...(rings === undefined ? {} : { rollout: rings.plan }),
      },
      { id, ...defined({ comment: wanted.comment }) },
    );
    if (rings !== undefined) rollouts.start(id, rings.sizes.length);
    events.record('deployment-created', {
      ...byWhom(actor),
      params: { deployment: name, updates: new Set(wanted.updates).size, devices: count },
    });
  }

  /** Takes away the orders of a deployment that was not made. */
  function* dropping(id: string): Generator<void, void, void> {
    while (store.drop(id, pieceOrders) > 0) yield;
  }

  /**
   * Orders what is wanted. Many orders are written in many transactions, so that others can write meanwhile; the last of them makes
   * the deployment, and until then none of its orders is handed out. CONFLICT where `digest` is not of these orders.
   */
  const create = async (actor: Actor, wanted: NewDeployment): Promise<Deployment> => {
    const scope = scopeOf(actor, 'deployments:write');
    parts.assertCertain?.();
    const id = randomText(10);
    try {
      await inSteps(db, ordering(actor, wanted, id));
    } catch (error) {
      if (store.isOpen(id)) await inSteps(db, dropping(id));
      throw error;
    }
    return get(id, scope);
  };

  /** Takes away what is left of deployments that were not made before the server ended. */
  const dropUnfinished = async (): Promise<void> => {
    for (const id of store.unfinished()) await inSteps(db, dropping(id));
  };

  const cancel = (actor: Actor, id: string): Deployment => {
    const scope = scopeOf(actor, 'deployments:write');
    return immediate(db, () => {
      const before = get(id, scope);
      if (before.state !== 'running' && before.state !== 'held')
        throw new AppError('CONFLICT', `the deployment is ${before.state} already`);
      store.cancel(id, clock(), scope);
      if (!store.isOpen(id)) rollouts.stop(id);
      events.record('deployment-cancelled', {
        ...byWhom(actor),
        params: { deployment: before.name },
      });
      return get(id, scope);
    });
  };

  const isAtLeast = (ecosystem: string, have: string, wanted: string): boolean => {
    const [held, needed] = [keyFor(ecosystem, have), keyFor(ecosystem, wanted)];
    return held === null || needed === null ? have === wanted : compareKeys(held, needed) >= 0;
  };

  /**
   * DATA-MAP row S4: verified is what an inventory later than the step shows, of the package and of every other one of its source.
   * One that comes before the result is noted, and counts once the device says that it has ended.
   */
  const verifyDevice = (device: number): void => {
    const waiting = store.toShow(device);
    if (waiting.length === 0) return;
    const rows = inventory.section(device, 'software');
    immediate(db, () => {
      for (const { id, state, updateId, verifiedAt } of waiting) {
        const update = updates.stored(updateId)?.update;
        if (update === undefined) continue;
        const { ecosystem, name, version, source, source_version: sourceVersion } = update;
        const own = rows.filter((row) => row['name'] === name);
        const siblings = rows.filter((row) => text(row['source']) === source);
        const isShown =
          own.some((row) => isAtLeast(ecosystem, text(row['version']), version)) &&
          siblings.every((row) =>
            isAtLeast(ecosystem, text(row['sourceVersion']) || text(row['version']), sourceVersion),
          );
        if (state !== 'installed') {
          if (isShown !== (verifiedAt !== null)) store.show(isShown ? clock() : null, id);
        } else if (isShown) store.verify(id, clock());
      }
    });
  };

  return {
    preview,
    create,
    dropUnfinished,
    cancel,
    get,
    list: ({ scope, ...query }: DeploymentQuery) => {
      const page = scope.site
        ? objects.list({ kind: KIND, sort: 'createdAt', descending: true, ...query })
        : memoryPage(seen(scope, query.search), {
            keyOf: ({ createdAt, id }) => [createdAt, id],
            keys: 2,
            descending: true,
            ...query,
          });
      return { ...page, rows: toDeployments(page.rows, scope) };
    },
    /** Those in reach whose rollout waits for a person. */
    heldIn: (scope: Scope): Deployment[] => {
      const reached = scope.site ? undefined : store.seen(scope);
      const ids = [...rollouts.heldIds()].filter((id) => reached === undefined || reached.has(id));
      return ids.map((id) => get(id, scope));
    },
    /** Whether none was created here yet. */
    isFirst: (): boolean => objects.list({ kind: KIND, limit: 1 }).rows.length === 0,
    /** The orders to devices in reach. */
    tasks: (id: string, scope: Scope): DeploymentTask[] => store.ofDeployment(id, scope),
    /** After a device's software changed. */
    verifyDevice,
    /** One look at what holds orders back: of one that was begun or has ended nothing does. */
    holds: () => {
      const gateOf = changes();
      const known = new Map<string, Change>();
      const expected = (updateId: string): Change => {
        const change = known.get(updateId) ?? changeOf(updateId);
        known.set(updateId, change);
        return change;
      };
      return (order: Pick<DeploymentTask, 'id' | 'state' | 'actingAt' | 'device' | 'updateId'>) => {
        const { id, state, actingAt, device, updateId } = order;
        if ((state !== 'queued' && state !== 'running') || actingAt !== null) return null;
        const change = expected(updateId);
        if (!store.isInOpenRing(id))
          return { code: 'RING_CLOSED' as const, opensAt: null, expectedMinutes: change.minutes };
        const held = gateOf(device, change);
        if (held.code === 'OPEN') return null;
        const opensAtMs = 'opensAtMs' in held ? held.opensAtMs : undefined;
        const opensAt = opensAtMs === undefined ? null : toTime(opensAtMs);
        return { code: held.code, opensAt, expectedMinutes: change.minutes };
      };
    },
    /** What holds back the orders of a deployment that were not begun, of devices in reach. */
    held: (id: string, scope: Scope) => {
      const gateOf = changes();
      const change = changeOfAll((objects.get(KIND, id).body['updates'] as string[] | undefined) ?? []);
      const codeOf = ({ device, isOpen }: { device: number; isOpen: number }): HoldCode =>
        isOpen === 1 ? gateOf(device, change).code : 'RING_CLOSED';
      return heldBack(store.waiting(id, scope).map(codeOf), change.minutes);
    },
    queue,
    rollouts,
    consents,
    guards: consents.guards,
    /** Ends orders that no device takes or answers; not while the clock has to prove itself. */
    endOld: (): void => {
      if (parts.changes.time().heldForMs === 0) endOld();
    },
    objectsInUse: () => store.inUse(),
  };
};
