import { defined } from '../../platform/defined.ts';
import type {
  Anomaly,
  Credentials,
  Identification,
  IdentifyBy,
  Protocol,
  Switches,
  Transport,
  TransportKind,
  Trouble,
} from '../protocols/types.ts';
import { guardedTransport, type Leaving, secretsOf } from './guarded.ts';
import type { ApprovedPacket, PermitReply, PermitRequest } from './permit.ts';

// A job's run: one device after the other, one protocol after the other, at the appliance and at an agent alike (OT Q4, Q5,
// Q9). An exchange is begun once: after a restart nothing is sent twice.

/** One exchange: a device by a protocol. */
type Ask = {
  protocol: Protocol;
  kinds: readonly TransportKind[];
  port: number;
  switches: Switches;
  packets: readonly ApprovedPacket[];
};

export type Target = {
  /** Public id of the controller. */
  controller: string;
  zone: string;
  host: string;
  gapMs: number;
  asks: readonly Ask[];
  modeBefore?: string | undefined;
};

/** How an exchange ended: read, or why not. `interrupted`: a restart cut it off. */
export type ExchangeOutcome = 'read' | 'nothing' | Trouble | 'anomaly' | 'stopped' | 'interrupted';

type RunParts = {
  targets: readonly Target[];
  identifyBy: IdentifyBy;
  transportTo: (target: Target, ask: Ask) => Transport;
  credentials?: Credentials | undefined;
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Why this runner itself ends. */
  halted: () => string | undefined;
  /** Asked right before every packet. */
  permit: (request: PermitRequest) => Promise<PermitReply>;
  /** When the last packet of this job left; 0 at the start. */
  lastSentMs: number;
  /** How an exchange ended that was begun before a restart; undefined for one that was not begun. */
  before: (target: Target, ask: Ask) => ExchangeOutcome | undefined;
  /** Before its first packet leaves. */
  began: (target: Target, ask: Ask) => void;
  leaving: (target: Target, ask: Ask, packet: Leaving) => void;
  ended: (target: Target, ask: Ask, outcome: ExchangeOutcome, found: Identification) => void;
};

export type RunEnd =
  | { how: 'done' }
  | { how: 'stopped'; why: string }
  | { how: 'anomaly'; target: Target; ask: Ask; anomaly: Anomaly };

/** After these the device is left alone for the rest of the job. */
const leaveAlone: ReadonlySet<ExchangeOutcome> = new Set<ExchangeOutcome>(['timeout', 'unreachable', 'interrupted']);

const outcomeOf = (found: Identification, unconnected: Trouble | undefined): ExchangeOutcome => {
  if (found.anomalies.length > 0) return 'anomaly';
  if (unconnected !== undefined) return unconnected;
  const isRead = found.readings.some(({ facts, parts }) => parts.length > 0 || facts.some((one) => 'value' in one));
  return isRead ? 'read' : (found.trouble ?? 'nothing');
};

/** One exchange; what stopped it, where something did. */
const runAsk = async (
  parts: RunParts,
  pace: { lastMs: number },
  target: Target,
  ask: Ask,
): Promise<{ outcome: ExchangeOutcome; end?: RunEnd }> => {
  const { clock, sleep } = parts;
  let why = parts.halted();
  if (why !== undefined) return { outcome: 'stopped', end: { how: 'stopped', why } };
  let isBegun = false;
  const begin = (): void => {
    if (!isBegun) parts.began(target, ask);
    isBegun = true;
  };
  const transport = guardedTransport(parts.transportTo(target, ask), {
    host: target.host,
    kinds: ask.kinds,
    port: ask.port,
    gapMs: target.gapMs,
    packets: ask.packets,
    secrets: secretsOf(parts.credentials),
    clock,
    sleep,
    pace,
    halted: parts.halted,
    permit: (asked) => parts.permit({ controller: target.controller, protocol: ask.protocol, ...asked }),
    leaving: (packet) => {
      begin();
      parts.leaving(target, ask, packet);
    },
    onForbidden: (reason) => {
      why ??= reason;
    },
  });
  let unconnected: Trouble | undefined;
  const watched: Transport = {
    connect: async (to, limits) => {
      const link = await transport.connect(to, limits);
      unconnected = typeof link === 'string' ? link : undefined;
      return link;
    },
  };
  const identify = parts.identifyBy(ask.protocol, ask.switches, watched, {
    clock,
    sleep,
    intervalMs: target.gapMs,
    port: ask.port,
    host: target.host,
    isStopped: () => why !== undefined,
    ...defined({ credentials: parts.credentials, modeBefore: target.modeBefore }),
  });
  // After a fault of our own, too, nothing stays open and the controller is released at once.
  const found = await identify.finally(transport.release);
  const outcome = why === undefined ? outcomeOf(found, unconnected) : 'stopped';
  // What was stopped before anything left was not begun.
  if (outcome !== 'stopped') begin();
  if (isBegun) parts.ended(target, ask, outcome, found);
  const [anomaly] = found.anomalies;
  if (anomaly !== undefined) return { outcome, end: { how: 'anomaly', target, ask, anomaly } };
  return { outcome, ...(why === undefined ? {} : { end: { how: 'stopped', why } as const }) };
};

/** Runs a job to its end. Ends at the first anomaly, and as soon as something forbids the next packet. */
export const runTargets = async (parts: RunParts): Promise<RunEnd> => {
  const pace = { lastMs: parts.lastSentMs };
  for (const target of parts.targets) {
    for (const ask of target.asks) {
      let outcome = parts.before(target, ask);
      if (outcome === undefined) {
        const ran = await runAsk(parts, pace, target, ask);
        if (ran.end !== undefined) return ran.end;
        outcome = ran.outcome;
      }
      if (leaveAlone.has(outcome)) break;
    }
  }
  return { how: 'done' };
};
