import { packetHash } from '@sallyport/bundle-tools/controllers/identification/guarded';
import { MAX_AGENT_TARGETS } from '@sallyport/bundle-tools/controllers/identification/limits';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type {
  IdentificationReport,
  IdentifyControllersTask,
} from '@sallyport/bundle-tools/protocol/identify-controllers';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { type Database, immediate } from '../../platform/database.ts';
import type { TaskQueue } from '../device-tasks/types.ts';
import type { Allowances } from './allowance.ts';
import type { JobPlans } from './job-plan.ts';
import type { Permits } from './permits.ts';
import { type CloseRun, type RunClose, stoppedBy } from './run-end.ts';
import type { IdentificationStore } from './store.ts';
import type { Plan, PlannedAsk, Run } from './types.ts';

// Jobs that an agent in the segment runs. The order is the approved plan and nothing else; for each packet the agent asks
// here whether it may leave, so that one switch ends all (OT Q3). Only the device that was given the order can answer it.

type AgentQueueParts = {
  db: Database;
  store: IdentificationStore;
  allowance: Allowances;
  plans: JobPlans;
  permits: Permits;
  clock: () => number;
  close: CloseRun;
};

/** What the agent's word means; only what the plan names is kept. Says whether all that left had a permit of its own. */
const keepReport = (store: IdentificationStore, run: Run, plan: Plan, report: IdentificationReport): boolean => {
  const asked = new Map(
    plan.targets.flatMap(({ controller, host, asks }) =>
      asks.map((ask) => [`${controller} ${ask.protocol}`, { host, ask }] as const),
    ),
  );
  for (const { controller, protocol, outcome, readings } of report.exchanges) {
    if (!asked.has(`${controller} ${protocol}`) || store.exchange(run.id, controller, protocol) !== undefined) continue;
    store.beginExchange(run.id, controller, protocol);
    store.endExchange(run.id, controller, protocol, outcome, readings);
  }
  let isWithin = !store.isOutside(run.id);
  // Evidence is kept as it was reported, also where it is not what was asked: that is what evidence is for.
  for (const packet of report.packets) {
    const { controller, protocol, at, hex, host, port, sha256 } = packet;
    const planned = asked.get(`${controller} ${protocol}`);
    const place = store.usePermit(run.id, { ...packet, id: packet.permit });
    const isPermitted =
      place !== undefined &&
      planned?.host === host &&
      planned.ask.port === port &&
      (hex === undefined || packetHash(Buffer.from(hex, 'hex')) === sha256);
    isWithin &&= isPermitted;
    const meaning = packet.what === 'send' && place !== undefined ? planned?.ask.packets[place]?.meaning : undefined;
    store.addPacket(run.id, { controller, protocol }, { ...packet, atMs: at, hex: hex ?? null }, meaning ?? null);
  }
  return isWithin;
};

const closeOf = (result: TaskResult, isWithin: boolean): RunClose => {
  const { identification: report } = result;
  if (!isWithin)
    return { how: 'failed', code: 'outside', detail: 'packets of the agent are not those that were approved' };
  if (report?.end === 'anomaly' && report.controller !== undefined) {
    const [code = 'anomaly', ...more] = (report.why ?? '').split(': ');
    return { how: 'anomaly', code, detail: more.join(': '), controller: report.controller };
  }
  if (report?.end === 'stopped') return stoppedBy(report.why ?? 'stopped');
  if (result.state === 'completed') return { how: 'done', code: null, detail: null };
  const output = result.steps.findLast(({ exit }) => exit !== 0)?.output;
  return { how: 'failed', code: result.code ?? 'FAILED', detail: output?.slice(0, 500) ?? null };
};

/** The packets that were approved, each list of them once, and the number of an exchange's list. */
const approvedLists = () => {
  const lists: IdentifyControllersTask['packets'] = [];
  const numbers = new Map<string, number>();
  return {
    lists,
    numberOf: (planned: PlannedAsk['packets']): number => {
      const list = planned.map(({ kind, parts }) => ({ kind, parts: [...parts] }));
      const key = JSON.stringify(list);
      const number = numbers.get(key) ?? lists.push(list) - 1;
      numbers.set(key, number);
      return number;
    },
  };
};

/** The queue of these jobs, as the agents' entry point sees it. */
export const agentQueue = (parts: AgentQueueParts): TaskQueue & Required<Pick<TaskQueue, 'permit'>> => {
  const { db, store, allowance, plans } = parts;

  const own = (device: number, task: string): { run: Run; plan: Plan } | undefined => {
    const run = store.runByTask(task);
    const plan = run && store.planOf(run.approval);
    return run === undefined || plan === undefined || run.device !== device ? undefined : { run, plan };
  };
  const isOpen = ({ state }: Run): boolean => state === 'waiting' || state === 'running';

  const taskOf = (run: Run, plan: Plan): Task | null => {
    if (run.task === null || plan.targets.length > MAX_AGENT_TARGETS) return null;
    const credentials = plans.credentials(plan);
    const { lists, numberOf } = approvedLists();
    return {
      id: run.task,
      attempt: 1,
      action: 'identify-controllers',
      digest: plan.digest,
      from: toTime(plan.from),
      until: toTime(plan.until),
      packets: lists,
      targets: plan.targets.map(({ controller, zone, host, gapMs, modeBefore, asks }) => ({
        controller,
        zone,
        host,
        gapMs,
        ...defined({ modeBefore }),
        asks: asks.map(({ protocol, kinds, port, switches, packets }) => ({
          protocol,
          kinds: [...kinds],
          port,
          switches,
          packets: numberOf(packets),
        })),
      })),
      ...defined({ credentials }),
      timeoutMs: Math.max(1_000, plan.until - plan.from),
    };
  };

  return {
    isWaiting: store.hasOpenRun,
    next: (device) => {
      for (const run of store.openRuns()) {
        const plan = run.device === device ? store.planOf(run.approval) : undefined;
        const task = plan === undefined || allowance.of(run.id, plan) !== undefined ? null : taskOf(run, plan);
        if (task !== null) return task;
      }
      return null;
    },
    cancelled: (device, ids) =>
      ids.filter((id) => {
        const found = own(device, id);
        return found !== undefined && allowance.of(found.run.id, found.plan) !== undefined;
      }),
    permit: (device, task, asked) => {
      const found = own(device, task);
      return found && parts.permits.ask(found.run.id, asked);
    },
    isNews: (device, task) => own(device, task)?.run.state === 'waiting',
    state: (device, task) => {
      const found = own(device, task);
      if (found !== undefined) store.setRunning(found.run.id);
    },
    result: (device, task, result) =>
      immediate(db, () => {
        const found = own(device, task);
        if (found === undefined) return 'not-found';
        if (!isOpen(found.run)) return 'repeat';
        const { identification: report } = result;
        const isWithin = report === undefined || keepReport(store, found.run, found.plan, report);
        // What it had open it has closed, or it would not say so.
        store.letGo(found.run.id, parts.clock());
        parts.close(found.run.id, closeOf(result, isWithin));
        return 'ok';
      }),
    mayFetch: () => false,
  };
};
