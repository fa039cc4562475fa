import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorOfRef } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { IdentificationStore } from './store.ts';
import type { ControllerViews, Plan, Run, RunState, RunSummary } from './types.ts';

// The end of a run, wherever it ran: what was read goes into the records, the journal says what happened, an anomaly halts
// its zone (OT Q5).

/** Ingests readings of controllers that are in the record; returns the import batch's number. */
export type TakeFound = (
  actor: Actor,
  name: string,
  found: readonly { controller: number; readings: readonly Reading[] }[],
) => number | null;

export type RunClose = {
  how: 'done' | 'stopped' | 'anomaly' | 'failed';
  /** Why it ended before its end. */
  code: string | null;
  detail: string | null;
  /** Of an anomaly. */
  controller?: string;
};

/** The end of a run for which no permit was given. Unapproved bytes are no stop but a failure. */
export function stoppedBy(why: string): RunClose {
  return why === 'outside'
    ? { how: 'failed', code: why, detail: 'packets are not those that were approved' }
    : { how: 'stopped', code: why, detail: null };
}

type RunEndParts = {
  db: Database;
  store: IdentificationStore;
  events: EventService;
  controllers: ControllerViews;
  take: TakeFound;
  clock: () => number;
};

/** Closes runs. */
export const runEnds = (parts: RunEndParts) => {
  const { db, store, events, controllers, clock } = parts;

  const takeAll = (run: Run, plan: Plan): number | null => {
    const found = plan.targets.flatMap(({ controller }) => {
      const record = controllers.find(controller);
      const readings = store.readings(run.id, controller);
      return record === undefined || readings.length === 0 ? [] : [{ controller: record.id, readings }];
    });
    return found.length === 0 ? null : parts.take(actorOfRef(run.startedBy), `${plan.name} #${run.id}`, found);
  };

  const record = (run: Run, plan: Plan, end: RunClose, summary: RunSummary): void => {
    const actor = run.startedBy;
    if (end.how === 'done') {
      events.record('identification-ended', {
        actor,
        params: { job: plan.name, targets: plan.targets.length, packets: summary.packets, read: summary.read },
      });
      return;
    }
    const [code, reason] = [end.code ?? end.how, end.detail ?? ''];
    const target = plan.targets.find(({ controller }) => controller === end.controller);
    if (end.how === 'anomaly' && target !== undefined) {
      store.addHalt({
        zone: target.zone,
        run: run.id,
        at: clock(),
        controller: target.controller,
        code,
        detail: reason,
      });
      events.record('controller-anomaly', {
        actor,
        params: { job: plan.name, controller: target.label, zone: target.zoneName, code, reason },
      });
    }
    events.record('identification-stopped', { actor: run.stopBy ?? actor, params: { job: plan.name, code, reason } });
  };

  /** Ends a run once; what was read before its end is kept. */
  return (id: number, end: RunClose): Run => {
    const close = (): Run => {
      const run = store.run(id);
      const plan = run && store.planOf(run.approval);
      if (run === undefined || plan === undefined) throw new Error(`there is no run ${id}`);
      if (run.state !== 'waiting' && run.state !== 'running') return run;
      const all = store.exchanges(id);
      const read = all.filter(({ outcome }) => outcome === 'read').length;
      const summary: RunSummary = {
        exchanges: all.length,
        read,
        silent: all.length - read,
        packets: store.sent(id).n,
      };
      // A zone is halted in the same transaction in which the alarm is written.
      record(run, plan, end, summary);
      store.finish(id, {
        state: end.how satisfies RunState,
        code: end.code,
        detail: end.detail,
        at: clock(),
        summary,
        batch: takeAll(run, plan),
      });
      return store.run(id) ?? run;
    };
    return immediate(db, close);
  };
};

export type CloseRun = ReturnType<typeof runEnds>;
