import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { applianceName, isServerAddress, serverEndpoint } from '@sallyport/bundle-tools/protocol/site';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight } from '../../engine/objects/types.ts';
import { type ConnectionRecord, outbound } from '../../platform/connect.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, invalid, toFailure } from '../../platform/errors.ts';
import type { Personal } from '../../platform/personal.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type ServerRule, serverFault } from '../../platform/server-address.ts';
import type { Approvable, ApprovalGate } from '../accounts/types.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device } from '../devices/types.ts';
import type { DeviceTaskStore, TaskRow } from './store.ts';
import type { DeviceTask, MoveOrder, Wanted } from './types.ts';

// Orders that take agents to another address of this appliance. An address is a place to connect to, so an order takes two
// persons, its port is the appliance's own or one that two persons agreed to, and whether this site answers there is looked at
// before anybody is asked to agree. The first device of an order goes alone; the others are let go once it was heard from there.

type MoveWish = { server: string; devices: readonly number[]; reason: string; although?: string | undefined };

export type AgentMoves = {
  /**
   * Asks for a move; it waits for a second person. `without` have no agent of ours that takes orders. INVALID, CONFLICT, FORBIDDEN,
   * FORBIDDEN_ADDRESS, APPROVAL_PERSON.
   */
  order(actor: Actor, wish: MoveWish): Promise<{ id: string; askedAt: number; ordered: number; without: number }>;
  /** A second person agrees: one agent is ordered, the others are held. CONFLICT, INVALID, FORBIDDEN_ADDRESS, APPROVAL_*. */
  agree(actor: Actor, id: string): MoveOrder;
  /** Ends an order for all agents that have not begun, also one that was agreed to. CONFLICT, FORBIDDEN. */
  refuse(actor: Actor, id: string): MoveOrder;
  /** The newest orders, each with so many devices that have not moved. */
  list(query: { limit: number; open: number }): MoveOrder[];
  /** Those that wait for a second person. */
  waiting(limit: number): MoveOrder[];
  approvable(id: string): Approvable;
};

type MoveParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayAsk' | 'assertMayApprove'>;
  devices: Pick<DeviceService, 'byId' | 'find'>;
  /** Where agents may be sent, by the words of now. */
  serverRule: () => ServerRule;
  /** The site's own authority, PEM. */
  authority: () => string;
  record: (record: ConnectionRecord) => void;
};

const movePickupMs = 14 * 86_400_000;
const confirmMs = 7 * 86_400_000;
/** The first device is looked for among so many. */
const maxCandidates = 1_000;
const answerLimits = { connectMs: 5_000, idleMs: 5_000, maxBytes: 1_024 };

/** All tasks of one order to move have the same words. */
const orderOf = (askedAt: number): string => `device-move:${askedAt}`;

/** Where agents may not be sent: INVALID, FORBIDDEN_ADDRESS. */
const assertAllowed = (server: string, rule: ServerRule): void => {
  const fault = serverFault(server, rule);
  if (fault === undefined) return;
  if (fault.what === 'form') throw invalid({ server: { key: 'agentMoves.notServer' } });
  if (fault.what === 'controller-port') throw invalid({ server: { key: 'agentMoves.controllerPort' } });
  if (fault.what === 'port-not-agreed')
    throw invalid({ server: { key: 'agentMoves.portNotAgreed', params: { port: fault.port, own: rule.listens } } });
  throw new AppError('FORBIDDEN_ADDRESS', `no agent is sent to ${fault.address}: ${fault.because}`, {
    address: fault.address,
    because: fault.because,
  });
};

/** Whether a `Host` of a call (RFC 9110 7.2) is the host and port of an order. */
const isSameHost = (server: string, host: string): boolean =>
  URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === new URL(server).host;

export function agentMoves(
  parts: MoveParts & {
    store: DeviceTaskStore;
    clock: () => number;
    takesOrders: (device: Pick<Device, 'id' | 'state'>) => boolean;
    toTask: (row: TaskRow) => DeviceTask;
    wantedOf: (row: TaskRow) => Wanted | null;
    endLate: () => void;
  },
) {
  const { db, personal, events, gate, devices, serverRule, store, clock, wantedOf } = parts;

  const serverOf = (row: TaskRow): string | undefined => {
    const wanted = wantedOf(row);
    return wanted?.kind === 'move-server' ? wanted.server : undefined;
  };

  /** `proven`, or the code of what was wrong. FORBIDDEN_ADDRESS. */
  const answersAt = async (server: string): Promise<string> => {
    const { host, port } = serverEndpoint(server);
    const object = 'order/agent-move';
    const covers = (asked: string): boolean => asked === host;
    const out = outbound({
      targets: () => [{ purpose: 'agent-server', object, ports: [port], echo: false, covers }],
      forbidden: serverRule,
      record: parts.record,
    });
    const proof = { by: 'ca', pem: parts.authority(), name: applianceName } as const;
    try {
      (await out.open({ purpose: 'agent-server', object, host, port }, answerLimits, proof)).close();
      return 'proven';
    } catch (error) {
      const { code } = toFailure(error);
      if (code === 'UNREACHABLE' || code === 'PEER' || code === 'TIMEOUT') return code;
      throw error;
    }
  };

  /** What names exactly this order: none of it changes once it was asked for. */
  const approvable = (id: string): Approvable => ({ act: 'agents-move', thing: `agent-move:${id}` });

  const openOf = (id: string): TaskRow[] => (/^\d{1,16}$/.test(id) ? store.openOfMove(Number(id)) : []);

  const toOrder = (askedAt: number, open: number): MoveOrder | undefined => {
    const scope = wholeSite('site-right');
    const rows = store.ofMove(scope, askedAt, Math.max(1, open));
    const [task] = rows.map(parts.toTask);
    if (task === undefined) return undefined;
    const wanted = task.wanted?.kind === 'move-server' ? task.wanted : null;
    const states: MoveOrder['states'] = Object.fromEntries(
      store.moveStates(scope, askedAt).map(({ state, devices: n }) => [state, n]),
    );
    return {
      id: String(askedAt),
      askedAt,
      askedBy: task.askedBy,
      server: wanted?.server ?? null,
      reason: task.reason,
      answers: wanted?.answers ?? null,
      although: wanted?.although ?? null,
      agreedAt: task.confirmedAt,
      agreedBy: task.confirmedBy,
      first: states.held === undefined ? null : (store.atWorkOfMove(askedAt)?.device ?? null),
      states,
      open: open === 0 ? [] : rows.filter(({ state }) => state !== 'completed').map(parts.toTask),
    };
  };

  const shown = (id: string): MoveOrder => {
    const order = toOrder(Number(id), 100);
    if (order === undefined) throw new AppError('NOT_FOUND', `no order to move agents has the id ${id}`);
    return order;
  };

  /** Orders the held device that was heard last: it is the likeliest to answer soon. False where none takes orders any more. */
  const begin = (askedAt: number): boolean => {
    const best = store
      .heldOfMove(askedAt, maxCandidates)
      .map(({ id, device }) => ({ id, device: devices.find(device) }))
      .filter(({ device }) => device !== undefined && parts.takesOrders(device))
      .sort((a, b) => (b.device?.lastSeenAt ?? 0) - (a.device?.lastSeenAt ?? 0))[0];
    if (best !== undefined) store.beginMove(best.id);
    return best !== undefined;
  };

  const stop = (askedAt: number): void => {
    const [some] = store.heldOfMove(askedAt, 1);
    if (some === undefined) return;
    const server = serverOf(some) ?? '';
    const count = store.endHeld({ askedAt, code: 'FIRST_NOT_MOVED', at: clock() });
    events.record('agents-move-stopped', { params: { server, devices: count } });
  };

  const cancel = ({ id }: TaskRow, code: string): void =>
    store.end({ id, state: 'cancelled', code, output: null, at: clock() });

  /**
   * The device at work ended. Where it said so at the new address, the others are let go; where it is too old to go anywhere,
   * another one goes first; else none follows.
   */
  const follow = (row: TaskRow, end: { isMoved: boolean; code: string | null; host?: string | undefined }): void => {
    const { askedAt } = row;
    if (store.heldOfMove(askedAt, 1).length === 0) return;
    const server = serverOf(row);
    const isThere = server !== undefined && end.host !== undefined && isSameHost(server, end.host);
    if (end.isMoved && isThere) store.releaseMove({ askedAt, deadlineAt: clock() + movePickupMs });
    else if (store.atWorkOfMove(askedAt) === undefined && (end.code !== 'UNKNOWN_ACTION' || !begin(askedAt)))
      stop(askedAt);
  };

  const service: AgentMoves = {
    order: async (actor, { server: given, devices: ids, reason: why, although: whyThough }) => {
      requireRight(actor, 'devices:write');
      gate.assertMayAsk(actor);
      const [reason, although] = [enteredLine(why), enteredLine(whyThough ?? '', 'although')];
      const server = given.trim().replace(/\/$/, '');
      const faults: FieldErrors = {};
      if (reason === '') faults['reason'] = { key: 'validation.required' };
      if (!isServerAddress(server)) faults['server'] = { key: 'agentMoves.notServer' };
      if (Object.keys(faults).length > 0) throw invalid(faults);
      assertAllowed(server, serverRule());
      const answers = await answersAt(server);
      if (answers !== 'proven' && although === '')
        throw invalid({ although: { key: 'agentMoves.notProven', params: { code: answers } } });
      return immediate(db, () => {
        // What tells one order from another.
        const askedAt = Math.max(clock(), (store.moves(wholeSite('site-right'), 1)[0] ?? 0) + 1);
        const words = (text: string): Buffer => personal.encrypt(orderOf(askedAt), text);
        const wanted = {
          kind: 'move-server',
          server,
          answers,
          ...(answers === 'proven' ? {} : { although }),
        } satisfies Wanted;
        const [what, whySealed] = [words(JSON.stringify(wanted)), words(reason)];
        let ordered = 0;
        for (const id of ids) {
          const device = devices.byId(id);
          if (!parts.takesOrders(device)) continue;
          store.insert({
            id: Buffer.from(randomBytes(16)).toString('hex'),
            device: device.id,
            kind: 'move-server',
            what,
            reason: whySealed,
            state: 'asked',
            askedAt,
            askedBy: actorRef(actor),
            deadlineAt: askedAt + confirmMs,
            // A right over the whole site was asked for.
            reach: null,
          });
          ordered += 1;
        }
        if (ordered === 0)
          throw new AppError('CONFLICT', 'none of these devices has an agent of ours that takes orders');
        gate.asked(actor, 'agents-move', `agent-move:${askedAt}`);
        events.record('agents-move-asked', { ...byWhom(actor), params: { server, devices: ordered, answers } });
        return { id: String(askedAt), askedAt, ordered, without: ids.length - ordered };
      });
    },
    agree: (actor, id) => {
      requireDecider(actor, 'devices:write');
      parts.endLate();
      return immediate(db, () => {
        const rows = openOf(id).filter(({ state }) => state === 'asked');
        const [some] = rows;
        const server = some && serverOf(some);
        if (some === undefined || server === undefined)
          throw new AppError('CONFLICT', 'nothing of this order waits for a second person');
        gate.assertMayApprove(actor, approvable(id));
        assertAllowed(server, serverRule());
        const { askedAt } = some;
        const at = clock();
        store.agreeMove({ askedAt, at, by: actorRef(actor), deadlineAt: at + movePickupMs });
        const replaced = rows.flatMap(({ device }) => store.otherMoves(device, askedAt));
        for (const row of replaced) cancel(row, 'REPLACED');
        for (const row of replaced) follow(row, { isMoved: false, code: 'REPLACED' });
        events.record('agents-move-ordered', { ...byWhom(actor), params: { server, devices: rows.length } });
        if (!begin(askedAt)) stop(askedAt);
        return shown(id);
      });
    },
    refuse: (actor, id) => {
      requireDecider(actor, 'devices:write');
      return immediate(db, () => {
        const rows = openOf(id).filter(({ state }) => state !== 'running');
        const [some] = rows;
        if (some === undefined) throw new AppError('CONFLICT', 'no agent of this order waits any more');
        for (const row of rows) cancel(row, 'REFUSED');
        events.record('agents-move-refused', {
          ...byWhom(actor),
          params: { server: serverOf(some) ?? '', devices: rows.length },
        });
        return shown(id);
      });
    },
    list: ({ limit, open }) => {
      parts.endLate();
      return store.moves(wholeSite('site-right'), limit).flatMap((askedAt) => toOrder(askedAt, open) ?? []);
    },
    waiting: (limit) => store.askedMoves({ now: clock(), limit }).flatMap((askedAt) => toOrder(askedAt, 0) ?? []),
    approvable,
  };

  return {
    service,
    /** Whether agents may still use the port of an order; its addresses are judged at each connection. */
    isPortAllowed: (server: string): boolean => {
      const fault = serverFault(server, serverRule());
      return fault === undefined || fault.what === 'address';
    },
    follow,
    forget: (askedAt: number): void => void personal.erase(orderOf(askedAt)),
  };
}
