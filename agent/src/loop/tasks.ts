import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type DeliveredTask, type Task, task as taskSchema } from '@sallyport/bundle-tools/protocol/task';
import { taskResult as resultSchema, type TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { type ActionContext, step } from '../actions/action.ts';
import { forgetSent, identifyControllers, sentBefore } from '../actions/identify-controllers.ts';
import { installPackage, isInstalled } from '../actions/install-package.ts';
import { dropProductOrder, keptFile } from '../actions/kept-file.ts';
import { type MoveContext, moveServer } from '../actions/move-server.ts';
import { showLog } from '../actions/show-log.ts';
import type { Log } from '../platform/log.ts';
import { openReplace } from '../replace/order.ts';
import type { Journal } from '../state/journal.ts';
import type { Spool } from '../state/spool.ts';
import { agentVersion } from '../version.ts';

// One task at a time. What is known by id and attempt is never run twice; what a crash cut off has failed; a wanted
// restart keeps a task running until the check after it.

/** Codes of an offer that the pinned chain does not list. */
const tamperCodes = new Set([
  'SIGNATURE',
  'ROOT_CHAIN',
  'ROLLBACK',
  'MIX',
  'METADATA',
  'HASH',
  'NOT_LISTED',
  'WRONG_PACKAGE',
]);

type Current = { id: string; state: 'running' | 'restarting' };

export type TaskRunner = {
  /** Completes what an earlier run left open. */
  recover(): void;
  /**
   * After a turn that the appliance answered: this release was heard, and a replacement of the agent may have ended. True while one is
   * under way or its result is to be sent.
   */
  heard(): boolean;
  current(): Current | undefined;
  /** Takes a delivered task; the promise ends with the task. A repeat of a finished one sends its result again. */
  accept(delivered: DeliveredTask): Promise<void>;
  cancel(ids: readonly string[]): void;
};

type TaskRunnerParts = {
  journal: Journal;
  spool: Spool;
  log: Log;
  bootId: string;
  observeOnly: boolean;
  context: Omit<ActionContext, 'isCancelled' | 'onStale'>;
  move: MoveContext;
  /** Of the agent's own log. */
  logFolder: string;
  /** Of what security products report. */
  products: string;
  /** What products report has changed. */
  onProducts: () => void;
};

/** A replacement that has not ended after this time does not end. */
const lostMs = 3600_000;

/** A task as the journal keeps it: without the secrets that it brought. */
const kept = (task: Task): Task => {
  if (task.action !== 'identify-controllers') return task;
  const { credentials: _credentials, ...rest } = task;
  return rest;
};

export const taskRunner = (parts: TaskRunnerParts): TaskRunner => {
  const { journal, spool, log, bootId } = parts;
  const replace = openReplace(join(parts.context.stateFolder, 'replace'));
  const isReplacing = (task: Task): boolean => replace.order()?.task === task.id;
  const cancelled = new Set<string>();
  const running: { current: Current | undefined } = { current: undefined };

  const finish = (task: Task, result: TaskResult): void => {
    // What is written down is what will be sent, cleaned as the schema says.
    const clean = resultSchema.parse(result);
    const state = clean.state === 'restarting' ? 'restarting' : 'done';
    spool.addResult(task.id, clean);
    journal.write({ task: kept(task), state, bootId, result: clean });
    if (task.action === 'identify-controllers') forgetSent(parts.context.workFolder, task.id);
    const code = clean.code ?? '';
    log(clean.state === 'completed' ? 'info' : 'error', `task ${task.id} ${clean.state} ${code}`.trim());
    if (!tamperCodes.has(code)) return;
    const reason = clean.steps.findLast((one) => one.exit !== 0)?.output ?? '';
    if (task.action !== 'install-package') return;
    spool.addEvent('object.refused', { object: task.package.name, code, reason: reason.slice(0, 900) });
  };

  const failed = (task: { attempt: number }, code: NonNullable<TaskResult['code']>): TaskResult => ({
    attempt: task.attempt,
    steps: [],
    state: 'failed',
    code,
  });

  const isCancelled = (task: Task) => (): boolean => cancelled.has(task.id);

  const perform = (task: Task): Promise<TaskResult> => {
    if (task.action === 'identify-controllers') {
      log('info', `task ${task.id}: identify ${task.targets.length} controllers, plan ${task.digest}`);
      return identifyControllers({ ...parts.context, isCancelled: isCancelled(task) }, task);
    }
    if (task.action === 'show-log') {
      log('info', `task ${task.id}: show ${task.lines} lines of the log`);
      return showLog(parts.logFolder, task);
    }
    if (task.action === 'kept-file') {
      log('info', `task ${task.id}: ${task.act} file ${task.number} of ${task.product}`);
      const asked = keptFile({ products: parts.products, isCancelled: isCancelled(task) }, task);
      return asked.finally(parts.onProducts);
    }
    if (task.action === 'move-server') {
      log('info', `task ${task.id}: move to ${task.server}`);
      return moveServer(parts.move, task);
    }
    log('info', `task ${task.id}: install ${task.package.name} ${task.package.version}`);
    return installPackage(
      {
        ...parts.context,
        isCancelled: isCancelled(task),
        onStale: (role, expired) => {
          log('warning', `${role} of the trust chain expired at ${expired}`);
          spool.addEvent('trust.stale', { role, expired });
        },
      },
      task,
    );
  };

  /** What a crash leaves: of an identification the packets that left are evidence. */
  const cutOff = (task: Task): TaskResult => {
    const result = failed(task, 'AGENT_RESTARTED');
    if (task.action === 'kept-file') dropProductOrder(parts.products, task.id);
    // Between the address and its entry in the journal.
    if (task.action === 'move-server' && parts.move.server() === task.server)
      return { attempt: task.attempt, steps: [], state: 'completed' };
    if (task.action !== 'identify-controllers') return result;
    const packets = sentBefore(parts.context.workFolder, task.id);
    return { ...result, identification: { end: 'stopped', why: 'agent-restarted', exchanges: [], packets } };
  };

  const run = async (task: Task): Promise<void> => {
    running.current = { id: task.id, state: 'running' };
    try {
      // The agent's own log and its own address are no change of the device.
      if (parts.observeOnly && task.action !== 'show-log' && task.action !== 'move-server') {
        finish(task, failed(task, 'OBSERVE_ONLY'));
        return;
      }
      journal.write({ task: kept(task), state: 'running', bootId });
      finish(task, await perform(task));
    } finally {
      running.current = undefined;
      cancelled.delete(task.id);
    }
  };

  return {
    recover: () => {
      for (const entry of journal.open()) {
        if (entry.state === 'running') finish(entry.task, cutOff(entry.task));
        else if (isReplacing(entry.task)) continue;
        else if (entry.bootId !== bootId && entry.task.action === 'install-package') {
          const { task, result } = entry;
          const steps = result?.steps ?? [];
          const ok = isInstalled(parts.context.files, task.package);
          finish(
            task,
            ok ? { attempt: task.attempt, steps, state: 'completed' } : { ...failed(task, 'NOT_INSTALLED'), steps },
          );
        }
      }
    },
    heard: () => {
      replace.noteHeard(agentVersion);
      const entry = journal.open().find(({ task, state }) => state === 'restarting' && isReplacing(task));
      if (entry === undefined) return false;
      const { id, attempt } = entry.task;
      const outcome = replace.outcome();
      const startedMs = replace.order()?.startedMs ?? 0;
      const steps = entry.result?.steps ?? [];
      if (outcome?.task === id) {
        const ended = step('replace', nowMs() - startedMs, outcome.output, outcome.state === 'replaced' ? 0 : 1);
        const all = [...steps, ended];
        if (outcome.state === 'replaced') finish(entry.task, { attempt, steps: all, state: 'completed' });
        else finish(entry.task, { ...failed(entry.task, 'NOT_INSTALLED'), steps: all });
      } else if (nowMs() - startedMs > lostMs) {
        // Who was to replace it is gone, by a power cut, say.
        finish(entry.task, { ...failed(entry.task, 'AGENT_RESTARTED'), steps });
      }
      return true;
    },
    current: () => {
      if (running.current !== undefined) return running.current;
      const waiting = journal.open().find((entry) => entry.state === 'restarting');
      return waiting === undefined ? undefined : { id: waiting.task.id, state: 'restarting' };
    },
    accept: async (delivered) => {
      if (running.current !== undefined) return;
      const parsed = taskSchema.safeParse(delivered);
      if (!parsed.success) {
        log('error', `task ${delivered.id} is of a kind that this agent does not know`);
        spool.addResult(delivered.id, failed(delivered, 'UNKNOWN_ACTION'));
        return;
      }
      const task = parsed.data;
      const known = journal.find(task.id);
      if (known !== undefined && known.task.attempt >= task.attempt) {
        if (known.state === 'done' && known.result !== undefined) spool.addResult(task.id, known.result);
        return;
      }
      await run(task);
    },
    cancel: (ids) => {
      for (const id of ids) if (running.current?.id === id) cancelled.add(id);
    },
  };
};
