import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_HEX_REPORTED, PERMIT_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import type { PermitReply, PermitRequest } from '@sallyport/bundle-tools/controllers/identification/permit';
import { type RunEnd, runTargets } from '@sallyport/bundle-tools/controllers/identification/run-targets';
import { identifyBy } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import type { Credentials } from '@sallyport/bundle-tools/controllers/protocols/types';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import {
  type ExchangeReport,
  type IdentificationReport,
  type IdentifyControllersTask,
  permitReply,
  type SentPacketReport,
  sentPacket,
} from '@sallyport/bundle-tools/protocol/identify-controllers';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { type Connection, deviceTransport } from '../platform/connect.ts';
import { pause } from '../platform/timing.ts';
import { step } from './action.ts';

// identify-controllers: reads who controllers in this segment are (OT 5). The order is a closed list; anything beside it is
// denied here, too. Before each packet the server is asked for a permit for it: one that says no, or does not answer, ends it.

type IdentifyContext = {
  connection: Pick<Connection, 'call'>;
  workFolder: string;
  isCancelled: () => boolean;
};

type IdentifyControllers = (context: IdentifyContext, task: IdentifyControllersTask) => Promise<TaskResult>;

/** The packets of a task, one a line, written before each leaves: what a crash leaves of the evidence. */
const logPath = (workFolder: string, id: string): string => join(workFolder, `identify-${id}.jsonl`);

/** What was sent before a crash. */
export const sentBefore = (workFolder: string, id: string): SentPacketReport[] => {
  const path = logPath(workFolder, id);
  if (!isThere(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      const parsed = sentPacket.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      // The line that the crash cut off.
      return [];
    }
  });
};

/** Forgets the packets of a task, whose result holds them now. */
export const forgetSent = (workFolder: string, id: string): void => rmSync(logPath(workFolder, id), { force: true });

/** The secrets of the order, absent fields absent. */
const credentialsOf = ({ credentials }: IdentifyControllersTask): Credentials | undefined => {
  if (credentials?.snmp === undefined) return undefined;
  const { user, community } = credentials.snmp;
  return {
    snmp: {
      ...defined({ community }),
      ...(user === undefined
        ? {}
        : {
            user: {
              name: user.name,
              ...defined({ auth: user.auth, privacy: user.privacy }),
            },
          }),
    },
  };
};

/** Why the order is not followed at all. */
const refusalOf = (task: IdentifyControllersTask, now: number): string | undefined => {
  if (now < Date.parse(task.from) || now >= Date.parse(task.until)) return 'window';
  const hosts = new Set(task.targets.map(({ host }) => host));
  // One connection per device: a device twice would be two.
  return hosts.size < task.targets.length ? 'a device is named twice' : undefined;
};

const why = (end: RunEnd): Pick<IdentificationReport, 'end' | 'why' | 'controller'> => {
  if (end.how === 'done') return { end: 'done' };
  if (end.how === 'stopped') return { end: 'stopped', why: end.why };
  const { anomaly, target } = end;
  const words =
    anomaly.kind === 'slow'
      ? `slow: ${Math.round(anomaly.usualMs)} ms -> ${Math.round(anomaly.replyMs)} ms`
      : anomaly.kind === 'left-run'
        ? `left-run: ${anomaly.before} -> ${anomaly.after}`
        : 'reset';
  return { end: 'anomaly', why: words.slice(0, 200), controller: target.controller };
};

/** Hex of the first packets; of the others the hash says enough. */
const bounded = (packets: readonly SentPacketReport[]): SentPacketReport[] => {
  let left = MAX_HEX_REPORTED;
  return packets.map(({ hex, ...packet }) => {
    left -= hex?.length ?? 0;
    return left < 0 || hex === undefined ? packet : { ...packet, hex };
  });
};

export const identifyControllers: IdentifyControllers = async (context, task) => {
  const startedMs = nowMs();
  const packets: SentPacketReport[] = [];
  const exchanges: ExchangeReport[] = [];
  const refused = refusalOf(task, startedMs);
  if (refused !== undefined) {
    const steps = [step('check', 0, refused)];
    return { attempt: task.attempt, steps, state: 'failed', code: 'OUT_OF_BOUNDS' };
  }

  const halted = (): string | undefined => {
    if (context.isCancelled()) return 'stopped';
    return refusalOf(task, nowMs()) === undefined ? undefined : 'window';
  };
  /** A server that is away, or says no in other words, gives no permit. */
  const permit = async (asked: PermitRequest): Promise<PermitReply> => {
    try {
      const reply = await context.connection.call({
        method: 'POST',
        path: `/tasks/${task.id}/permit`,
        body: asked,
        timeoutMs: PERMIT_MS,
      });
      const answer = reply.status === 200 ? permitReply.safeParse(JSON.parse(reply.body.toString('utf8'))) : undefined;
      return answer?.success === true ? answer.data : { go: false, why: 'stopped' };
    } catch {
      // A stop could no longer arrive: stop now.
      return { go: false, why: 'server-away' };
    }
  };

  const transport = deviceTransport(
    task.targets.flatMap(({ host, asks }) =>
      asks.flatMap(({ kinds, port }) => kinds.map((kind) => ({ host, port, kind }))),
    ),
  );
  const end = await runTargets({
    targets: task.targets.map(({ asks, ...target }) => ({
      ...target,
      asks: asks.map((ask) => ({ ...ask, packets: task.packets[ask.packets] ?? [] })),
    })),
    identifyBy,
    credentials: credentialsOf(task),
    clock: nowMs,
    sleep: pause,
    lastSentMs: 0,
    transportTo: ({ host }) => transport(host),
    halted,
    permit,
    before: () => undefined,
    began: () => undefined,
    leaving: ({ controller }, { protocol }, packet) => {
      const { atMs, ...sent } = packet;
      const entry: SentPacketReport = { at: atMs, controller, protocol, ...sent };
      appendFileSync(logPath(context.workFolder, task.id), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      packets.push(entry);
    },
    ended: ({ controller }, { protocol }, outcome, found) => {
      exchanges.push({ controller, protocol, outcome, readings: found.readings });
    },
  });
  const identification: IdentificationReport = { ...why(end), exchanges, packets: bounded(packets) };
  const steps = [step('identify', nowMs() - startedMs, identification.why ?? '', end.how === 'done' ? 0 : 1)];
  const result = { attempt: task.attempt, steps, identification };
  if (end.how === 'done') return { ...result, state: 'completed' };
  return { ...result, state: 'failed', code: end.how === 'anomaly' ? 'ANOMALY' : 'CANCELLED' };
};
