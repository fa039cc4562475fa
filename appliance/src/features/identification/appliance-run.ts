import {
  type ExchangeOutcome,
  type RunEnd,
  runTargets,
} from '@sallyport/bundle-tools/controllers/identification/run-targets';
import type { Anomaly, IdentifyBy } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { Outbound } from '../../platform/connect.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { Allowances } from './allowance.ts';
import { type JobPlans, jobKind } from './job-plan.ts';
import type { Permits } from './permits.ts';
import { type CloseRun, type RunClose, stoppedBy } from './run-end.ts';
import type { IdentificationStore } from './store.ts';
import type { Run } from './types.ts';

export type RunProgress = { done: number; total: number; packets: number };

type ApplianceRunParts = {
  store: IdentificationStore;
  allowance: Allowances;
  plans: JobPlans;
  permits: Permits;
  outbound: Pick<Outbound, 'link'>;
  identifyBy: IdentifyBy;
  close: CloseRun;
  clock: () => number;
  sleep: (ms: number) => Promise<void>;
};

const limits = { connectMs: 3_000, maxBytes: 256 * 1_024 };

/** An anomaly in words for the journal. */
const anomalyWords = (anomaly: Anomaly): { code: string; detail: string } => {
  switch (anomaly.kind) {
    case 'slow':
      return { code: 'slow', detail: `${Math.round(anomaly.usualMs)} ms -> ${Math.round(anomaly.replyMs)} ms` };
    case 'reset':
      return { code: 'reset', detail: '' };
    case 'left-run':
      return { code: 'left-run', detail: `${anomaly.before} -> ${anomaly.after}`.slice(0, 200) };
  }
};

/** How a run's end is kept. */
const closeOf = (end: RunEnd): RunClose => {
  if (end.how === 'done') return { how: 'done', code: null, detail: null };
  if (end.how === 'stopped') return stoppedBy(end.why);
  return { how: 'anomaly', ...anomalyWords(end.anomaly), controller: end.target.controller };
};

/** Runs an approved job from this appliance. */
export const applianceRuns = (parts: ApplianceRunParts) => {
  const { store, allowance, plans, clock } = parts;

  return async (id: number, run: { signal?: AbortSignal; onProgress(progress: RunProgress): void }): Promise<Run> => {
    const held = store.run(id);
    const plan = held && store.planOf(held.approval);
    if (held === undefined || plan === undefined) throw new AppError('NOT_FOUND', `there is no run ${id}`);
    if (held.state !== 'waiting' && held.state !== 'running') return held;
    const why = allowance.of(id, plan);
    if (why !== undefined) return parts.close(id, stoppedBy(why));
    store.setRunning(id);
    const total = plan.targets.reduce((sum, { asks }) => sum + asks.length, 0);
    const show = (): void =>
      run.onProgress({
        done: store.exchanges(id).filter(({ outcome }) => outcome !== null).length,
        total,
        packets: store.sent(id).n,
      });
    show();
    try {
      const end = await runTargets({
        targets: plan.targets,
        identifyBy: parts.identifyBy,
        credentials: plans.credentials(plan),
        clock,
        sleep: parts.sleep,
        lastSentMs: store.sent(id).last,
        transportTo: ({ host }) => ({
          connect: ({ kind, port }) =>
            parts.outbound.link({ purpose: 'controllers', object: `${jobKind}/${plan.job}`, host, port }, kind, limits),
        }),
        halted: () => (run.signal?.aborted === true ? 'restart' : undefined),
        permit: async (asked) => parts.permits.ask(id, asked),
        before: ({ controller }, { protocol }) => {
          const begun = store.exchange(id, controller, protocol);
          return begun === undefined ? undefined : ((begun.outcome ?? 'interrupted') as ExchangeOutcome);
        },
        began: ({ controller }, { protocol }) => store.beginExchange(id, controller, protocol),
        leaving: ({ controller }, { protocol }, packet) => {
          // The protocol's code explains it at the end of the exchange.
          if (store.usePermit(id, { ...packet, id: packet.permit, controller, protocol }) === undefined)
            throw new AppError('INTERNAL', 'a packet leaves without a permit');
          store.addPacket(id, { controller, protocol }, packet, null);
          show();
        },
        ended: ({ controller }, { protocol }, outcome, found) => {
          store.endExchange(id, controller, protocol, outcome, found.readings);
          for (const { direction, sha256, meaning } of found.packets)
            if (direction === 'sent') store.setMeaning(id, { controller, protocol }, sha256, meaning);
          show();
        },
      });
      // The server ends: the run goes on where it stands when it is there again.
      if (end.how === 'stopped' && end.why === 'restart') throw new AppError('CANCELLED', 'the server stops');
      return parts.close(id, closeOf(end));
    } catch (error) {
      const { code, message } = toFailure(error);
      if (code !== 'CANCELLED') parts.close(id, { how: 'failed', code, detail: message });
      throw error;
    }
  };
};
