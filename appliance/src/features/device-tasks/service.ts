import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { keptFileActs, logBounds } from '@sallyport/bundle-tools/protocol/device-tasks';
import { redactedTail } from '@sallyport/bundle-tools/protocol/redact';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, byWhom, deciderScope, scopeOf } from '../../engine/objects/types.ts';
import type { Config } from '../../platform/config.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import type { Personal } from '../../platform/personal.ts';
import { isReached, isWithin, limitOf, type Scope, wholeSite } from '../../platform/scope.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import type { CaService } from '../ca/types.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import { type GoneSource, listClosings } from './list-closings.ts';
import { type AgentMoves, agentMoves } from './moves.ts';
import { serverRuleOf } from './server-rule.ts';
import { deviceTaskStore, type TaskRow } from './store.ts';
import {
  type Ask,
  type DeviceTask,
  type DeviceTaskState,
  secondPersonsAct,
  type TaskQuery,
  type TaskQueue,
  type Wanted,
} from './types.ts';

export type DeviceTaskService = {
  /** Asks; a log is queued at once, a kept file waits for its confirmation. INVALID, NOT_FOUND, FORBIDDEN, CONFLICT. */
  ask(actor: Actor, device: string, wanted: Ask, reason: string): DeviceTask;
  /** The second look at a kept file; to give one back it is another person's. CONFLICT, FORBIDDEN. */
  confirm(actor: Actor, id: string): DeviceTask;
  /** Takes back what has not ended; a device that works on it is told. CONFLICT. */
  cancel(actor: Actor, id: string): DeviceTask;
  /** Throws NOT_FOUND. */
  get(id: string, scope: Scope): DeviceTask;
  /** The newest first. */
  list(query: TaskQuery): DeviceTask[];
  openOf(device: number): number;
  /** The sources of a device that are gone, whose lists can be closed. */
  goneSources(device: number): GoneSource[];
  /** Orders that take many agents to another address. */
  moves: AgentMoves;
  /** The devices' queues, as the agents' entry point sees them. */
  queue: TaskQueue;
  /** Ends tasks past their deadline, and deletes old ones. */
  trim(): number;
};

type DeviceTaskParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayAsk' | 'assertMayApprove'>;
  inventory: Pick<InventoryService, 'section' | 'listSources' | 'closeSource'>;
  devices: Pick<DeviceService, 'byPublicId' | 'byId' | 'find' | 'sourcesOf'>;
  objects: Pick<ObjectService, 'setting'>;
  discovery: Pick<DiscoveryService, 'forbiddenBecause' | 'noteConnection'>;
  config: Pick<Config, 'listen'>;
  /** The site's own authority. */
  ca: Pick<CaService, 'certificatePem'>;
  clock?: () => number;
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Until the device fetches it, and until a person confirms it. */
const pickupMs = dayMs;
const confirmMs = 7 * dayMs;
const timeoutMs: Readonly<Record<Wanted['kind'], number>> = {
  'show-log': minuteMs,
  'kept-file': 10 * minuteMs,
  'move-server': 15 * minuteMs,
  // Done here, in the transaction of the second person.
  'close-list': 0,
};
/** A device may be late with its word. */
const graceMs = 15 * minuteMs;
const keptMs = 30 * dayMs;
const maxOpen = 20;
const maxMessage = 2_000;

const personOf = (id: string): string => `device-task:${id}`;

const isOpen = (state: DeviceTaskState): boolean =>
  state === 'asked' || state === 'held' || state === 'queued' || state === 'running';

/** Orders about one device: its log, and files that a product keeps. */
export const deviceTaskService = (parts: DeviceTaskParts): DeviceTaskService => {
  const { db, personal, events, gate, inventory, devices, discovery, ca } = parts;
  const clock = parts.clock ?? nowMs;
  const store = deviceTaskStore(db);

  const found = (id: string, scope: Scope): TaskRow => {
    const row = store.byId(id, scope);
    if (row === undefined) throw new AppError('NOT_FOUND', 'no such task');
    return row;
  };

  const wantedOf = (row: TaskRow): Wanted | null => {
    const text = personal.decrypt(row.what);
    return text === null ? null : (JSON.parse(text) as Wanted);
  };

  const toTask = (row: TaskRow): DeviceTask => {
    const { what: _what, kind: _kind, reach: _reach, reason, output, ...rest } = row;
    return {
      ...rest,
      wanted: wantedOf(row),
      reason: personal.decrypt(reason),
      output: output === null ? null : personal.decrypt(output),
    };
  };

  const end = (
    row: TaskRow,
    outcome: { state: DeviceTaskState; code: string | null; output: string | null; host?: string | undefined },
  ): void => {
    const output = outcome.output === null ? null : personal.encrypt(personOf(row.id), outcome.output);
    store.end({ id: row.id, state: outcome.state, code: outcome.code, output, at: clock() });
    events.record('device-task-ended', {
      device: row.device,
      params: { task: row.id, kind: row.kind, state: outcome.state },
    });
    if (row.kind === 'move-server')
      moves.follow(row, { isMoved: outcome.state === 'completed', code: outcome.code, host: outcome.host });
  };

  const endLate = (): number => {
    const late = store.late(clock());
    if (late.length > 0)
      immediate(db, () => {
        for (const row of store.late(clock())) end(row, { state: 'timed-out', code: 'TIMEOUT', output: null });
      });
    return late.length;
  };

  /** The file's name in its list; a file that is not there cannot be asked for. */
  const withName = (device: number, wanted: Ask): Wanted => {
    if (wanted.kind === 'show-log') return wanted;
    if (wanted.kind === 'close-list') return closings.wanted(device, wanted.source);
    const row = inventory
      .section(device, `${wanted.list}-file`)
      .find((file) => file['product'] === wanted.product && file['number'] === wanted.number);
    if (row === undefined) throw invalid({ number: { key: 'validation.reference' } });
    return { ...wanted, name: String(row['name'] ?? '') };
  };

  const takesOrders = ({ id, state }: Pick<Device, 'id' | 'state'>): boolean =>
    state === 'managed' &&
    devices.sourcesOf(id).some((source) => source.source === 'native' && source.state === 'approved');

  const faultsOf = (wanted: Ask, reason: string): FieldErrors => {
    const faults: FieldErrors = {};
    if (reason === '') faults['reason'] = { key: 'validation.required' };
    if (wanted.kind === 'show-log') {
      const { lines } = wanted;
      if (!Number.isInteger(lines) || lines < 1 || lines > logBounds.lines)
        faults['lines'] = { key: 'validation.tooBig', params: { max: logBounds.lines } };
    } else if (wanted.kind === 'kept-file' && !keptFileActs.includes(wanted.act))
      faults['act'] = { key: 'validation.choice' };
    return faults;
  };

  const audited = (
    actor: Actor,
    row: Pick<TaskRow, 'id' | 'device' | 'kind'>,
    type: 'device-task-asked' | 'device-task-confirmed' | 'device-task-cancelled',
  ): void =>
    void events.record(type, {
      device: row.device,
      ...byWhom(actor),
      params: { task: row.id, kind: row.kind },
    });

  const own = (device: number, id: string): TaskRow | undefined => {
    const row = store.byId(id, wholeSite('agent'));
    return row?.device === device ? row : undefined;
  };

  /** The one to work on now; of a device that was moved out of the writer's reach there is none. */
  const nextOf = (device: number): TaskRow | undefined => {
    for (;;) {
      const row = store.next(device, clock());
      if (row === undefined || isWithin(db, row.reach, device)) return row;
      immediate(db, () => end(row, { state: 'cancelled', code: 'OUT_OF_REACH', output: null }));
    }
  };

  const toOrder = (row: TaskRow): Task | null => {
    const wanted = wantedOf(row);
    if (wanted === null) return null;
    const head = { id: row.id, attempt: 1, timeoutMs: timeoutMs[wanted.kind] };
    if (wanted.kind === 'show-log') return { ...head, action: 'show-log', lines: wanted.lines };
    if (wanted.kind === 'move-server') return { ...head, action: 'move-server', server: wanted.server };
    if (wanted.kind === 'close-list') return null;
    const { list, product, number, act } = wanted;
    return { ...head, action: 'kept-file', list, product, number, act };
  };

  /** What an agent says is cut and looked through again: it may be older than the rules, or not ours. */
  const messageIn = (row: TaskRow, result: TaskResult): string => {
    const text = result.steps.findLast(({ output }) => output !== null)?.output ?? '';
    return redactedTail(text.split('\n'), row.kind === 'show-log' ? logBounds.length : maxMessage);
  };

  const closings = listClosings({ inventory, events, clock });

  const moves = agentMoves({
    ...parts,
    serverRule: () => serverRuleOf(parts),
    authority: () => ca.certificatePem,
    record: discovery.noteConnection,
    store,
    clock,
    takesOrders,
    toTask,
    wantedOf,
    endLate: () => void endLate(),
  });

  const queue: TaskQueue = {
    isWaiting: (device) => store.isWaiting(device, clock()),
    next: (device) => {
      const row = nextOf(device);
      return row === undefined ? null : toOrder(row);
    },
    cancelled: (device, ids) => ids.filter((id) => own(device, id)?.state === 'cancelled'),
    isNews: (device, id) => own(device, id)?.state === 'queued',
    state: (device, id) => {
      const row = own(device, id);
      if (row?.state === 'queued') store.begin(id, clock() + timeoutMs[row.kind as Wanted['kind']] + graceMs);
    },
    result: (device, id, result, host) =>
      immediate(db, () => {
        const row = own(device, id);
        if (row === undefined) return 'not-found';
        if (row.state === 'cancelled') return 'cancelled';
        if (!isOpen(row.state) || row.state === 'asked' || row.state === 'held' || result.state === 'restarting')
          return 'repeat';
        const code = result.state === 'completed' ? null : (result.code ?? 'EXIT');
        end(row, { state: result.state, code, output: messageIn(row, result), host });
        return 'ok';
      }),
    mayFetch: () => false,
    leadsTo: (device, id) => {
      const row = own(device, id);
      const isWorked = row !== undefined && (row.state === 'queued' || row.state === 'running');
      if (!isWorked || row.deadlineAt <= clock() || !isWithin(db, row.reach, device)) return undefined;
      const wanted = wantedOf(row);
      return wanted?.kind === 'move-server' && moves.isPortAllowed(wanted.server) ? wanted.server : undefined;
    },
  };

  return {
    ask: (actor, publicId, wanted, given) => {
      const scope = scopeOf(actor, 'devices:write');
      const reason = enteredLine(given);
      const faults = faultsOf(wanted, reason);
      if (Object.keys(faults).length > 0) throw invalid(faults);
      return immediate(db, () => {
        const device = devices.byPublicId(publicId);
        if (!isReached(db, scope, device.id)) throw new AppError('NOT_FOUND', 'no such device');
        if (wanted.kind !== 'close-list' && !takesOrders(device))
          throw new AppError('CONFLICT', 'no agent of ours on this device takes orders');
        if (store.openOf(device.id) >= maxOpen) throw new AppError('CONFLICT', 'too much is asked of it already');
        const what = withName(device.id, wanted);
        const id = Buffer.from(randomBytes(16)).toString('hex');
        const at = clock();
        const isLog = what.kind === 'show-log';
        const row = {
          id,
          device: device.id,
          kind: what.kind,
          what: personal.encrypt(personOf(id), JSON.stringify(what)),
          reason: personal.encrypt(personOf(id), reason),
          state: isLog ? ('queued' as const) : ('asked' as const),
          askedAt: at,
          askedBy: actorRef(actor),
          deadlineAt: at + (isLog ? pickupMs : confirmMs),
          reach: limitOf(scope),
        };
        const act = secondPersonsAct(what);
        if (act !== undefined) gate.asked(actor, act, id);
        store.insert(row);
        audited(actor, row, 'device-task-asked');
        return toTask(found(id, scope));
      });
    },
    confirm: (actor, id) => {
      const scope = deciderScope(actor, 'devices:write');
      endLate();
      return immediate(db, () => {
        const row = found(id, scope);
        if (row.kind === 'move-server')
          throw new AppError('CONFLICT', 'an order to move is agreed to as a whole: sallyport device agree-move');
        if (row.state !== 'asked') throw new AppError('CONFLICT', 'this was decided already');
        const wanted = wantedOf(row);
        // A file that is given back may be an attack, a list that is closed ends findings: the one who asks cannot approve it.
        const act = secondPersonsAct(wanted);
        if (act === undefined) found(id, scopeOf(actor, 'devices:write'));
        else gate.assertMayApprove(actor, { act, thing: id, devices: [row.device] });
        store.confirm({ id, at: clock(), by: actorRef(actor), deadlineAt: clock() + pickupMs });
        audited(actor, row, 'device-task-confirmed');
        if (wanted?.kind === 'close-list') {
          closings.close(actor, row, { source: wanted.source, reason: personal.decrypt(row.reason) ?? '' });
          end(row, { state: 'completed', code: null, output: null });
        }
        return toTask(found(id, scope));
      });
    },
    cancel: (actor, id) => {
      const scope = deciderScope(actor, 'devices:write');
      return immediate(db, () => {
        const row = found(id, scope);
        if (!isOpen(row.state)) throw new AppError('CONFLICT', 'it has ended');
        store.end({ id, state: 'cancelled', code: null, output: null, at: clock() });
        if (row.kind === 'move-server') moves.follow(row, { isMoved: false, code: null });
        audited(actor, row, 'device-task-cancelled');
        return toTask(found(id, scope));
      });
    },
    get: (id, scope) => {
      endLate();
      return toTask(found(id, scope));
    },
    list: (query) => {
      endLate();
      return store.list(query).map(toTask);
    },
    openOf: store.openOf,
    goneSources: closings.gone,
    moves: moves.service,
    queue,
    trim: () => {
      endLate();
      const rows = store.old(clock() - keptMs);
      for (const { id } of rows) {
        personal.erase(personOf(id));
        immediate(db, () => store.drop(id));
      }
      for (const askedAt of new Set(rows.map((row) => row.askedAt))) moves.forget(askedAt);
      return rows.length;
    },
  };
};
