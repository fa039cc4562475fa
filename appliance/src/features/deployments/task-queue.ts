import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { installSet } from '@sallyport/bundle-tools/updates/install-set';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { isWithin } from '../../platform/scope.ts';
import type { TaskQueue } from '../device-tasks/types.ts';
import type { UpdateService } from '../updates/service.ts';
import type { TaskFile, TaskStore } from './store.ts';

// dpkg ends with 0 alone; other installers bring their own codes with their packages.
const successExit = [0];
const maxObjects = 500;
const minuteMs = 60_000;

type QueueParts = {
  db: Database;
  store: TaskStore;
  objects: ObjectService;
  events: EventService;
  inventory: Pick<InventoryService, 'section'>;
  updates: Pick<UpdateService, 'stored' | 'catalog'>;
  has: (sha256: string) => boolean;
  clock: () => string;
  /** After an order of a deployment ended badly, in its transaction. */
  failed: (deployment: string) => void;
};

/** Package name to version, by the newest inventory. */
const installedOn = (inventory: QueueParts['inventory'], device: number): Map<string, string> =>
  new Map(inventory.section(device, 'software').map((row) => [String(row['name']), String(row['version'])]));

/** The devices' queues, as the agents' entry points see them. */
export const taskQueue = (parts: QueueParts): TaskQueue<InstallPackageTask> => {
  const { db, store, objects, events, updates, clock } = parts;

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

  const next = (device: number): InstallPackageTask | null => {
    for (let order = store.next(device); order !== undefined; order = store.next(device)) {
      const { id, deployment, updateId, attempt } = order;
      // What was handed out before goes on: the device works on it.
      if (order.objects === null && !isWithin(db, bodyOf(deployment).limit, device)) {
        immediate(db, () => {
          store.finish(id, { state: 'cancelled', reason: 'OUT_OF_REACH', result: null, at: clock() });
          recordEnd(deployment, device, updateId, 'OUT_OF_REACH');
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
      if (order.objects === null) store.setFiles(id, files);
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
      const isDone = report.state === 'completed';
      const reason = isDone ? null : (report.code ?? (report.state === 'timed-out' ? 'TIMEOUT' : 'EXIT'));
      store.finish(taskId, { state: isDone ? 'installed' : 'failed', reason, result: report, at: clock() });
      recordEnd(task.deployment, device, task.updateId, reason);
      return 'ok';
    });

  return {
    isWaiting: store.isWaiting,
    next,
    cancelled: (device, ids) => ids.filter((id) => store.find(id, device)?.state === 'cancelled'),
    result,
    isNews: (device, taskId) => store.find(taskId, device)?.state === 'queued',
    state: (device, taskId) => store.begin(taskId, device, clock()),
    mayFetch: store.mayFetch,
  };
};
