import { MAX_AGENT_TARGETS } from '@sallyport/bundle-tools/controllers/identification/limits';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { IdentificationReport } from '@sallyport/bundle-tools/protocol/identify-controllers';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { type Database, immediate } from '../../../platform/database.ts';
import type { TaskQueue } from '../../agent-api/native/types.ts';
import type { Allowances } from './allowance.ts';
import type { JobPlans } from './job-plan.ts';
import type { CloseRun, RunClose } from './run-end.ts';
import type { IdentificationStore } from './store.ts';
import type { Plan, Run } from './types.ts';

// Jobs that an agent in the segment runs. The order is the approved plan and nothing else; for each packet the agent asks
// here whether it may leave, so that one switch ends all (OT Q3). Only the device that was given the order can answer it.

export type AgentQueueParts = {
  db: Database;
  store: IdentificationStore;
  allowance: Allowances;
  plans: JobPlans;
  close: CloseRun;
};

/** What the agent's word means; only what the plan names is kept. */
const keepReport = (store: IdentificationStore, run: Run, plan: Plan, report: IdentificationReport): void => {
  const asked = new Map(
    plan.targets.flatMap(({ plc, host, asks }) =>
      asks.map((ask) => [`${plc} ${ask.protocol}`, { host, ask }] as const),
    ),
  );
  for (const { plc, protocol, outcome, readings } of report.exchanges) {
    if (!asked.has(`${plc} ${protocol}`) || store.exchange(run.id, plc, protocol) !== undefined) continue;
    store.beginExchange(run.id, plc, protocol);
    store.endExchange(run.id, plc, protocol, outcome, readings);
  }
  // Evidence is kept as it was reported, also where it is not what was asked: that is what evidence is for.
  for (const packet of report.packets) {
    const { plc, protocol, at, hex } = packet;
    const planned = asked.get(`${plc} ${protocol}`)?.ask.packets.find((one) => one.hex === hex);
    store.addPacket(run.id, { plc, protocol }, { ...packet, atMs: at, hex: hex ?? null }, planned?.meaning ?? null);
  }
};

/** Whether a packet of the report goes where the plan does not lead. */
const isOutside = (plan: Plan, report: IdentificationReport): boolean =>
  report.packets.some(
    ({ plc, protocol, host, port, kind }) =>
      !plan.targets.some(
        (target) =>
          target.plc === plc &&
          target.host === host &&
          target.asks.some((ask) => ask.protocol === protocol && ask.port === port && ask.kinds.includes(kind)),
      ),
  );

const closeOf = (result: TaskResult, plan: Plan): RunClose => {
  const { identification: report } = result;
  if (report !== undefined && isOutside(plan, report))
    return { how: 'failed', code: 'outside', detail: 'the agent reports packets that nobody approved' };
  if (report?.end === 'anomaly' && report.plc !== undefined) {
    const [code = 'anomaly', ...more] = (report.why ?? '').split(': ');
    return { how: 'anomaly', code, detail: more.join(': '), plc: report.plc };
  }
  if (report?.end === 'stopped') return { how: 'stopped', code: report.why ?? 'stopped', detail: null };
  if (result.state === 'completed') return { how: 'done', code: null, detail: null };
  const said = result.steps.findLast(({ exit }) => exit !== 0)?.output;
  return { how: 'failed', code: result.code ?? 'FAILED', detail: said?.slice(0, 500) ?? null };
};

/** The queue of these jobs, as the agents' door sees it. */
export const agentQueue = (parts: AgentQueueParts): TaskQueue & { permit(device: number, task: string): boolean } => {
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
    return {
      id: run.task,
      attempt: 1,
      action: 'identify-controllers',
      digest: plan.digest,
      from: toTime(plan.from),
      until: toTime(plan.until),
      targets: plan.targets.map(({ plc, zone, host, gapMs, modeBefore, asks }) => ({
        plc,
        zone,
        host,
        gapMs,
        ...(modeBefore === undefined ? {} : { modeBefore }),
        asks: asks.map(({ protocol, kinds, port, switches }) => ({ protocol, kinds: [...kinds], port, switches })),
      })),
      ...(credentials === undefined ? {} : { credentials }),
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
    permit: (device, task) => {
      const found = own(device, task);
      return found !== undefined && allowance.of(found.run.id, found.plan) === undefined;
    },
    state: (device, task) => {
      const found = own(device, task);
      if (found !== undefined) store.setRunning(found.run.id);
    },
    result: (device, task, result) =>
      immediate(db, () => {
        const found = own(device, task);
        if (found === undefined) return 'not-found';
        if (!isOpen(found.run)) return 'repeat';
        if (result.identification !== undefined) keepReport(store, found.run, found.plan, result.identification);
        parts.close(found.run.id, closeOf(result, found.plan));
        return 'ok';
      }),
    mayFetch: () => false,
  };
};

/** Several queues as one: what one does not know, the next may. */
export const joinedQueues = (
  queues: readonly (TaskQueue & { permit?(device: number, task: string): boolean })[],
): TaskQueue & { permit(device: number, task: string): boolean } => ({
  isWaiting: (device) => queues.some((queue) => queue.isWaiting(device)),
  next: (device) => {
    for (const queue of queues) {
      const task = queue.next(device);
      if (task !== null) return task;
    }
    return null;
  },
  cancelled: (device, ids) => queues.flatMap((queue) => queue.cancelled(device, ids)),
  result: (device, task, result) => {
    for (const queue of queues) {
      const answer = queue.result(device, task, result);
      if (answer !== 'not-found') return answer;
    }
    return 'not-found';
  },
  state: (device, task, state) => {
    for (const queue of queues) queue.state(device, task, state);
  },
  mayFetch: (device, sha256) => queues.some((queue) => queue.mayFetch(device, sha256)),
  permit: (device, task) => queues.some((queue) => queue.permit?.(device, task) === true),
});
