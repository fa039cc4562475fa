import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ActPermitReply, ActPermitRequest } from '@sallyport/bundle-tools/protocol/act-permit';
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { FailureCode, TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { installSet } from '@sallyport/bundle-tools/updates/install-set';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { isWithin } from '../../platform/scope.ts';
import type { UpdateService } from '../updates/service.ts';
import type { packageExclusions } from './exclusions.ts';
import type { Change, ChangeGate } from './gate.ts';
import type { TaskFile, TaskStore } from './store.ts';
import type { DeploymentQueue, DeploymentTask } from './types.ts';

// dpkg ends with 0 alone; other installers bring their own codes with their packages.
const successExit = [0];
const maxObjects = 500;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Of one order; each further one in a window, and none once the step may have begun. */
const maxAttempts = 3;
/** What may be tried again. */
const passing = new Set<FailureCode>(['WINDOW_CLOSED', 'FETCH_FAILED', 'NO_SPACE', 'AGENT_RESTARTED']);
/** An order that no device took is over after this. */
const pickUpMs = 90 * dayMs;
/** No result so long after an installation must have ended: none comes. */
const silentMs = dayMs;

type QueueParts = {
  db: Database;
  store: TaskStore;
  objects: ObjectService;
  events: EventService;
  inventory: Pick<InventoryService, 'section'>;
  updates: Pick<UpdateService, 'stored' | 'catalog' | 'isApproved'>;
  has: (sha256: string) => boolean;
  gate: ChangeGate;
  changeOf: (updateId: string) => Change;
  exclusions: ReturnType<typeof packageExclusions>;
  clock: () => string;
  /** After an order of a deployment ended badly, in its transaction. */
  failed: (deployment: string) => void;
};

/** Package name to version, by the newest inventory. */
const installedOn = (inventory: QueueParts['inventory'], device: number): Map<string, string> =>
  new Map(inventory.section(device, 'software').map((row) => [String(row['name']), String(row['version'])]));

/** The devices' queues, as the agents' entry points see them, and what ends orders that none of them ends. */
export const taskQueue = (parts: QueueParts) => {
  const { db, store, objects, events, updates, gate, clock } = parts;

  const bodyOf = (deployment: string): { name: string; timeoutMinutes: number; limit: string | null } => {
    const body = objects.find('deployment', deployment)?.body;
    return {
      name: String(body?.['name'] ?? deployment),
      timeoutMinutes: Number(body?.['timeoutMinutes'] ?? 30),
      limit: body?.['limit'] === undefined ? null : JSON.stringify(body['limit']),
    };
  };

  const recordEnd = (deployment: string, device: number, updateId: string, code: string | null): void => {
    const { name } = bodyOf(deployment);
    const stored = updates.stored(updateId)?.update;
    const update = stored === undefined ? updateId : `${stored.name} ${stored.version}`;
    if (code === null) events.record('task-done', { device, params: { deployment: name, update } });
    else {
      events.record('task-failed', { device, params: { deployment: name, update, code } });
      parts.failed(deployment);
    }
    if (store.isOpen(deployment)) return;
    const count = (states: readonly string[]): number =>
      store
        .countsOf(deployment)
        .filter(({ state }) => states.includes(state))
        .reduce((sum, row) => sum + row.count, 0);
    events.record('deployment-finished', {
      params: { deployment: name, succeeded: count(['installed', 'verified']), failed: count(['failed']) },
    });
  };

  /** The files of an order, dependencies first; what the device has meanwhile is left out. A text says why there are none. */
  const chooseFiles = (device: number, updateId: string): readonly TaskFile[] | 'MISSING' | 'NOT_NEEDED' => {
    const catalog = updates.catalog();
    if (!catalog.has(updateId)) return 'MISSING';
    const ids = installSet({
      updates: new Map([...catalog].map(([id, { update }]) => [id, update])),
      ids: [updateId],
      installed: installedOn(parts.inventory, device),
    });
    if (ids.length === 0) return 'NOT_NEEDED';
    const files = ids.flatMap((id) => catalog.get(id)?.files ?? []);
    const distinct = [...new Map(files.map((file) => [file.sha256, file])).values()];
    if (distinct.length === 0 || distinct.length > maxObjects) return 'MISSING';
    if (!distinct.every((file) => parts.has(file.sha256))) return 'MISSING';
    return distinct.map(({ sha256, sizeBytes }) => ({ sha256, size: sizeBytes }));
  };

  /** Why an order may not be begun any more, whatever the window. */
  const endedBy = (device: number, { deployment, updateId }: { deployment: string; updateId: string }) => {
    if (!isWithin(db, bodyOf(deployment).limit, device)) return 'OUT_OF_REACH';
    if (!updates.isApproved(updateId)) return 'NOT_APPROVED';
    return parts.exclusions()(device, updates.stored(updateId)?.update) ? 'EXCLUDED' : undefined;
  };

  const next = (device: number, asksPermit = false): InstallPackageTask | null => {
    if (!store.isWaiting(device)) return null;
    const gateOf = gate();
    for (let order = store.next(device); order !== undefined; order = store.next(device)) {
      if (gateOf(device, { ...parts.changeOf(order.updateId), asksPermit }).code !== 'OPEN') return null;
      const { id, deployment, updateId, attempt } = order;
      // What was begun goes on: the device works on it.
      const ended = order.actingAt === null ? endedBy(device, order) : undefined;
      if (ended !== undefined) {
        immediate(db, () => {
          store.finish(id, { state: 'cancelled', reason: ended, result: null, at: clock() });
          recordEnd(deployment, device, updateId, ended);
        });
        continue;
      }
      const files = order.objects ?? chooseFiles(device, updateId);
      const stored = updates.stored(updateId);
      if (typeof files === 'string' || stored === undefined) {
        const reason = typeof files === 'string' ? files : 'MISSING';
        immediate(db, () => {
          store.finish(id, {
            state: reason === 'NOT_NEEDED' ? 'skipped' : 'failed',
            reason,
            result: null,
            at: clock(),
          });
          if (reason === 'MISSING') recordEnd(deployment, device, updateId, reason);
        });
        continue;
      }
      if (order.actingAt === null) store.hand(id, files, asksPermit, asksPermit ? null : clock());
      const { name, version, arch } = stored.update;
      return {
        id,
        attempt,
        action: 'install-package',
        update: updateId,
        package: { name, version, arch },
        objects: [...files],
        successExit,
        restartExit: [],
        timeoutMs: bodyOf(deployment).timeoutMinutes * minuteMs,
      };
    }
    return null;
  };

  const mayAct = (device: number, taskId: string, asked: ActPermitRequest): ActPermitReply | undefined =>
    immediate(db, () => {
      const task = store.find(taskId, device);
      if (task === undefined) return undefined;
      if (task.state !== 'queued' && task.state !== 'running') return { go: false, why: 'ended' };
      if (task.asksPermit !== true || task.attempt !== asked.attempt) return { go: false, why: 'attempt' };
      const ended = endedBy(device, task);
      if (ended !== undefined) return { go: false, why: ended === 'EXCLUDED' ? 'excluded' : 'not-approved' };
      if (!store.isInOpenRing(taskId)) return { go: false, why: 'held' };
      const opening = gate()(device, { ...parts.changeOf(task.updateId), asksPermit: true });
      if (opening.code !== 'OPEN') return { go: false, why: opening.code };
      if (!store.act(taskId, clock())) return { go: false, why: 'spent' };
      return { go: true, mustEndBy: toTime(opening.untilMs) };
    });

  /**
   * Whether an attempt is followed by another: where nothing was begun, or the device tells that by itself. It stops only where it was
   * told to, between two steps.
   */
  const isTriedAgain = ({ attempt, actingAt, asksPermit }: DeploymentTask, { state, code }: TaskResult): boolean => {
    if (state !== 'failed' || code === undefined) return false;
    if (code === 'CANCELLED') return true;
    if (attempt >= maxAttempts || !passing.has(code) || asksPermit !== true) return false;
    return actingAt === null || code === 'WINDOW_CLOSED';
  };

  /** Taken back; or in the hands of an agent that no permit stops, while its rollout is held. */
  const isToStop = (device: number, id: string): boolean => {
    const task = store.find(id, device);
    if (task === undefined) return false;
    return task.state === 'cancelled' || (task.asksPermit === false && !store.isInOpenRing(id));
  };

  const result = (device: number, taskId: string, report: TaskResult): 'ok' | 'repeat' | 'not-found' | 'cancelled' =>
    immediate(db, () => {
      const task = store.find(taskId, device);
      if (task === undefined) return 'not-found';
      if (task.state === 'cancelled') {
        store.keepLate(taskId, report);
        return 'cancelled';
      }
      const isOpen = task.state === 'queued' || task.state === 'running';
      if (!isOpen || report.attempt !== task.attempt) return 'repeat';
      if (report.state === 'restarting') {
        store.begin(taskId, device, clock());
        return 'ok';
      }
      if (isTriedAgain(task, report)) {
        store.again(taskId, report);
        return 'ok';
      }
      const isDone = report.state === 'completed';
      const reason = isDone ? null : (report.code ?? (report.state === 'timed-out' ? 'TIMEOUT' : 'EXIT'));
      store.finish(taskId, { state: isDone ? 'installed' : 'failed', reason, result: report, at: clock() });
      if (isDone && task.verifiedAt !== null) store.verify(taskId, task.verifiedAt);
      recordEnd(task.deployment, device, task.updateId, reason);
      return 'ok';
    });

  /** Ends what no device ends: orders that none took, and what was begun without a result. */
  const endOld = (): void => {
    const nowMs = Date.parse(clock());
    const [longAgo, tooOld] = [nowMs - silentMs, nowMs - pickUpMs].map(toTime);
    immediate(db, () => {
      for (const { id, deployment, device, updateId, actingAt } of store.old(longAgo ?? '', tooOld ?? '')) {
        const timeoutMs = bodyOf(deployment).timeoutMinutes * minuteMs;
        const isSilent = actingAt !== null;
        if (isSilent && Date.parse(actingAt) + timeoutMs + silentMs > nowMs) continue;
        const reason = isSilent ? 'SILENT' : 'NOT_TAKEN';
        store.finish(id, { state: isSilent ? 'failed' : 'cancelled', reason, result: null, at: clock() });
        recordEnd(deployment, device, updateId, reason);
      }
    });
  };

  const queue: DeploymentQueue = {
    isWaiting: (device) => {
      const order = store.isWaiting(device) ? store.next(device) : undefined;
      return order !== undefined && gate()(device, parts.changeOf(order.updateId)).code === 'OPEN';
    },
    next,
    inHand: store.inHand,
    mayAct,
    cancelled: (device, ids) => ids.filter((id) => isToStop(device, id)),
    result,
    isNews: (device, taskId) => store.find(taskId, device)?.state === 'queued',
    state: (device, taskId) => store.begin(taskId, device, clock()),
    mayFetch: store.mayFetch,
  };
  return { queue, endOld };
};
