import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_AGENT_TARGETS } from '@sallyport/bundle-tools/controllers/identification/limits';
import type { IdentifyBy, PlanFor } from '@sallyport/bundle-tools/controllers/protocols/types';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  asWriter,
  authorsOf,
  type Body,
  byWhom,
  type PersonId,
  requireRight,
  scopeOf,
} from '../../engine/objects/types.ts';
import { type ConnectionRecord, type Forbidden, outbound } from '../../platform/connect.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { type Scope, zonesReached } from '../../platform/scope.ts';
import { civilTimeOf, siteTimeZone } from '../../platform/time-zone.ts';
import type { Approvable, ApprovalGate, Hindrance } from '../accounts/types.ts';
import { agentQueue } from './agent-queue.ts';
import { allowances } from './allowance.ts';
import { applianceRuns, type RunProgress } from './appliance-run.ts';
import { jobKind, jobPlans } from './job-plan.ts';
import { noticeText } from './notice.ts';
import { permits } from './permits.ts';
import { devicePolicyKind, type PolicyOf, policies, siteSetting, zoneKind } from './policies.ts';
import { hindranceOf } from './policy.ts';
import { planIn, type Window, windowAt } from './repeat.ts';
import { runEnds, type TakeFound } from './run-end.ts';
import { identificationStore } from './store.ts';
import {
  type Approval,
  type ControllerViews,
  type ExchangeRow,
  type Halt,
  type JobState,
  type PacketRow,
  type Plan,
  planSize,
  type Run,
  type RunPayload,
  runJobKind,
  SWITCHES,
} from './types.ts';

export type IdentificationJob = {
  job: ObjectOf<'controller-identification'>;
  state: JobState;
  /** In force: of this revision, by a second person. */
  approval: Approval | undefined;
  run: Run | undefined;
  /** Of a job that repeats: the window that is now or comes next; undefined when there is none or it will not go on. */
  next: Window | undefined;
};

type IdentificationParts = {
  db: Database;
  objects: ObjectService;
  gate: ApprovalGate;
  events: EventService;
  /** Sets a setting, or keeps it for a second person. */
  set: (actor: Actor, name: string, value: boolean) => { waits: boolean };
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  controllers: ControllerViews;
  take: TakeFound;
  identifyBy: IdentifyBy;
  planFor: PlanFor;
  /** A device that has an agent of its own. */
  agent: (publicId: string) => { id: number; name: string; addresses: readonly string[] } | undefined;
  /** The appliance's own addresses. */
  sources: () => readonly string[];
  site: string;
  /** In which the windows of jobs repeat; the site's unless given. */
  timeZone?: () => string;
  /** Counts a connection; a denied one is written into the journal. */
  record: (record: ConnectionRecord) => void;
  /** Where controllers are; identification alone may go there. */
  forbidden: () => Forbidden;
  clock?: () => number;
  /** Throws while the clock is in doubt: nothing is begun then, and nothing approved until an end. */
  assertCertain?: () => void;
  doubt?: () => unknown;
  sleep?: (ms: number) => Promise<void>;
};

const personsText = (persons: Iterable<PersonId>): string => [...persons].sort().join(' ');

const minuteMs = 60_000;
/** An agent may be late with its word. */
const graceMs = 10 * minuteMs;
const keptMs = 1_095 * 86_400_000;
const shownRuns = 20;
const listedJobs = 1_000;

export type IdentificationService = ReturnType<typeof identificationService>;

/** Asking controllers who they are: policy, jobs, approval, runs, evidence. */
export const identificationService = (parts: IdentificationParts) => {
  const { db, objects, gate, events, jobs, controllers } = parts;
  const clock = parts.clock ?? nowMs;
  const store = identificationStore(db);
  const time = civilTimeOf(parts.timeZone ?? siteTimeZone);
  const policyOf: PolicyOf = policies({ objects, store });
  const plans = jobPlans({ ...parts, policyOf, agentName: (publicId) => parts.agent(publicId)?.name });
  /** Who, when and the digest, as the chain vouches for them. */
  const isVouched = (id: number): boolean => {
    const approval = store.approval(id);
    const event = approval && events.vouched(approval.entry);
    return (
      event?.type === 'identification-approved' &&
      event.actor === approval?.by &&
      event.params['digest'] === approval.digest &&
      event.params['persons'] === personsText(approval.persons)
    );
  };
  const allowance = allowances({ objects, store, controllers, policyOf, isVouched, clock });
  const permit = permits({ db, store, allowance, plans, clock });
  const close = runEnds({ db, store, events, controllers, take: parts.take, clock });
  const out = outbound({ targets: allowance.namedTargets, forbidden: parts.forbidden, record: parts.record });
  const runHere = applianceRuns({
    store,
    allowance,
    plans,
    permits: permit,
    outbound: out,
    identifyBy: parts.identifyBy,
    close,
    clock,
    sleep: parts.sleep ?? ((ms) => sleep(ms)),
  });

  /** Somebody reaches a job who reaches every controller that it names. */
  const isIn = ({ body }: ObjectOf<'controller-identification'>, scope: Scope): boolean =>
    controllers.areIn(body.controllers, scope);
  const getJob = (id: string, scope: Scope): ObjectOf<'controller-identification'> => {
    const job = objects.find(jobKind, id);
    if (job === undefined || !isIn(job, scope)) throw new AppError('NOT_FOUND', 'there is no such identification job');
    return job;
  };
  const readable = (actor: Actor): Scope => scopeOf(actor, 'controllers:read');
  const writable = (actor: Actor): Scope => scopeOf(actor, 'controllers:write');

  const approvalOf = (job: ObjectOf<'controller-identification'>): Approval | undefined => {
    const last = store.lastApproval(job.id);
    return last?.revision === job.revision ? last : undefined;
  };

  const stateOf = (
    job: ObjectOf<'controller-identification'>,
    approval: Approval | undefined,
    run: Run | undefined,
  ): JobState => {
    if (run !== undefined && (run.state === 'running' || run.state === 'waiting')) return run.state;
    if (approval === undefined) return run?.approval !== undefined && isLatest(job, run) ? run.state : 'unapproved';
    if (run?.approval === approval.id) return run.state;
    return clock() >= Date.parse(String(job.body['until'])) ? 'missed' : 'approved';
  };
  /** The run of an approval of what the job says now. */
  const isLatest = (job: ObjectOf<'controller-identification'>, run: Run): boolean =>
    store.planOf(run.approval)?.revision === job.revision;

  const toJob = (job: ObjectOf<'controller-identification'>): IdentificationJob => {
    const approval = approvalOf(job);
    const [run] = store.runsOf(job.id, 1);
    return { job, state: stateOf(job, approval, run), approval, run, next: nextOf(approval, run) };
  };

  /**
   * What ended other than as it should, or was stopped by a person or a rule, does not come again by itself: a second
   * person looks at it first.
   */
  const nextOf = (approval: Approval | undefined, run: Run | undefined): Window | undefined => {
    const plan = approval && store.planOf(approval.id);
    if (approval === undefined || plan?.repeat === undefined) return undefined;
    const isUsed = run?.approval === approval.id;
    if (isUsed && run.state !== 'done' && run.code !== 'missed') return undefined;
    // One window is for one run.
    return windowAt(plan, isUsed ? Math.max(clock(), plan.until) : clock(), time());
  };

  /** The same approval for the window that is now. In a transaction. */
  const approveNext = ({ approval, next }: IdentificationJob): void => {
    const plan = approval && store.planOf(approval.id);
    if (approval === undefined || plan === undefined || next === undefined || next.from === plan.from) return;
    store.approve(planIn(plan, next, controllers.find), approval);
  };

  /** What was approved where that holds, else what would be sent now. */
  const planFor = (job: ObjectOf<'controller-identification'>): { plan: Plan; approval: Approval | undefined } => {
    const approval = approvalOf(job);
    return { plan: (approval && store.planOf(approval.id)) ?? plans.plan(job), approval };
  };

  const waiting = (id: string): Approvable => ({
    act: 'identification-approve',
    controllers: objects.find(jobKind, id)?.body.controllers ?? [],
    authors: [authorsOf(objects.revisions(jobKind, id))],
  });

  const approve = (actor: Actor, id: string, confirmed: { digest: string; targets: number }): Approval => {
    return immediate(db, () => {
      const job = getJob(id, scopeOf(actor, 'controllers:approve'));
      const persons = [...gate.assertMayApprove(actor, waiting(id))];
      const [last] = store.runsOf(id, 1);
      if (last !== undefined && (last.state === 'waiting' || last.state === 'running'))
        throw new AppError('CONFLICT', 'the job runs');
      const plan = plans.plan(job);
      if (plan.digest !== confirmed.digest) throw new AppError('CONFLICT', 'the plan has changed meanwhile');
      if (plan.targets.length === 0) throw new AppError('CONFLICT', 'nothing would be sent');
      if (plan.where.by === 'agent' && plan.targets.length > MAX_AGENT_TARGETS)
        throw new AppError('TOO_LARGE', `an agent asks at most ${MAX_AGENT_TARGETS} controllers in one job`);
      if (plan.targets.length !== confirmed.targets)
        throw invalid({ typed: { key: 'validation.typeNumber', params: { n: plan.targets.length } } });
      if (windowAt(plan, clock(), time()) === undefined) throw new AppError('CONFLICT', 'the window is over');
      const { auditSeq } = events.record('identification-approved', {
        ...byWhom(actor),
        params: {
          job: plan.name,
          digest: plan.digest,
          persons: personsText(persons),
          targets: plan.targets.length,
          packets: planSize(plan).packets,
        },
      });
      if (auditSeq !== null) store.approve(plan, { by: actorRef(actor), persons, at: clock(), entry: auditSeq });
      const approval = approvalOf(job);
      if (approval === undefined) throw new AppError('INTERNAL', 'the approval was not kept');
      return approval;
    });
  };

  const begin = (by: Actor, job: ObjectOf<'controller-identification'>, how: 'manual' | 'scheduled'): Run =>
    immediate(db, () => {
      const approval = approvalOf(job);
      const plan = approval && store.planOf(approval.id);
      if (approval === undefined || plan === undefined) throw new AppError('CONFLICT', 'this is not approved');
      parts.assertCertain?.();
      if (plan.start === 'manual' && how === 'scheduled') throw new AppError('CONFLICT', 'it is started by hand');
      if (store.runOfApproval(approval.id) !== undefined)
        throw new AppError('CONFLICT', 'an approval is for one run; it has been used');
      if (!objects.setting(siteSetting)) throw new AppError('CONFLICT', 'identification is off for the site');
      const now = clock();
      if (now < plan.from || now >= plan.until) throw new AppError('CONFLICT', 'it is not within the window');
      const device = plan.where.by === 'agent' ? parts.agent(plan.where.device) : undefined;
      if (plan.where.by === 'agent' && device === undefined)
        throw new AppError('CONFLICT', 'the device of the job has no agent');
      const run = store.addRun({
        job: job.id,
        approval: approval.id,
        state: 'waiting',
        at: now,
        by: actorRef(by),
        device: device?.id ?? null,
        task: device === undefined ? null : Buffer.from(randomBytes(16)).toString('hex'),
      });
      events.record('identification-started', {
        actor: actorRef(by),
        params: { job: plan.name, targets: plan.targets.length, where: device?.name ?? 'appliance' },
      });
      if (device === undefined) jobs.enqueue(runJobKind, { run } satisfies RunPayload);
      const made = store.run(run);
      if (made === undefined) throw new AppError('INTERNAL', 'the run was not kept');
      return made;
    });

  /** One without an executor ends at once; the others see it before their next packet. */
  const stopRun = (run: Run, by: string): void => {
    store.setStop(run.id, by);
    if (run.state === 'waiting') close(run.id, { how: 'stopped', code: 'stopped', detail: null });
  };

  const stopAll = (actor: Actor): number => {
    requireRight(actor, 'controllers:write');
    return immediate(db, () => {
      // To end it takes no right over settings; to allow it does.
      const stopper: Actor = { ...actor, rights: new Set(['all']) };
      if (objects.setting(siteSetting)) objects.setSetting(stopper, siteSetting, false);
      const open = store.openRuns();
      for (const run of open) stopRun(run, actorRef(actor));
      events.record('identification-switched-off', { actor: actorRef(actor), params: { stopped: open.length } });
      return open.length;
    });
  };

  /** Starts what is due, ends what has no executor left. */
  const look = (): { started: number; ended: number } => {
    const now = clock();
    let [started, ended] = [0, 0];
    const working = new Set(
      jobs
        .list({ kind: runJobKind, limit: 200 })
        .filter(({ state }) => state === 'queued' || state === 'running')
        .map(({ payload }) => (payload as RunPayload).run),
    );
    for (const run of store.openRuns()) {
      const until = store.planOf(run.approval)?.until ?? 0;
      const isLost =
        run.device === null ? !working.has(run.id) : now >= until + (run.state === 'waiting' ? 0 : graceMs);
      if (!isLost) continue;
      close(run.id, { how: 'failed', code: run.state === 'waiting' ? 'missed' : 'lost', detail: null });
      ended += 1;
    }
    // A window by a clock in doubt is none.
    if (parts.doubt?.() !== undefined) return { started, ended };
    for (const job of objects.list({ kind: jobKind, where: { start: 'scheduled' }, limit: listedJobs }).rows) {
      const one = toJob(job);
      const plan = one.approval && store.planOf(one.approval.id);
      if (plan === undefined || !objects.setting(siteSetting)) continue;
      const window = one.next ?? (one.state === 'approved' ? plan : undefined);
      if (window === undefined || now < window.from || now >= window.until) continue;
      if (one.state === 'running' || one.state === 'waiting') continue;
      const by: Actor = { type: 'system', id: 'appliance', label: 'Sallyport', rights: new Set(['all']) };
      immediate(db, () => {
        approveNext(one);
        begin(by, job, 'scheduled');
      });
      started += 1;
    }
    return { started, ended };
  };

  return {
    isOn: (): boolean => objects.setting(siteSetting),
    /** Lets controllers be asked at all; every job still needs its approval. */
    switchOn: (actor: Actor): { waits: boolean } => parts.set(actor, siteSetting, true),
    /** Ends everything at once, also at agents (OT Q3); the number of runs. */
    switchOff: stopAll,
    list: (scope: Scope): IdentificationJob[] =>
      objects
        .list({ kind: jobKind, sort: 'createdAt', descending: true, limit: listedJobs })
        .rows.filter((job) => isIn(job, scope))
        .map(toJob),
    get: (id: string, scope: Scope): IdentificationJob => toJob(getJob(id, scope)),
    /** The dry run; sends nothing. */
    plan: (actor: Actor, id: string): { plan: Plan; approval: Approval | undefined } => {
      return planFor(getJob(id, readable(actor)));
    },
    /** What waits for a second person at a job. */
    approvable: waiting,
    /** Why a person may not approve; undefined when he may. */
    mayApprove: (actor: Actor, id: string): Hindrance | undefined => gate.hindrance(actor, waiting(id)),
    /** CONFLICT, FORBIDDEN, INVALID. */
    approve,
    /** CONFLICT unless approved, unused, in its window. */
    start: (actor: Actor, id: string): Run => {
      return begin(actor, getJob(id, writable(actor)), 'manual');
    },
    stop: (actor: Actor, id: string): void => {
      const job = getJob(id, writable(actor));
      immediate(db, () => {
        for (const run of store.openRuns()) if (run.job === job.id) stopRun(run, actorRef(actor));
      });
    },
    runs: (id: string, scope: Scope): Run[] => store.runsOf(getJob(id, scope).id, shownRuns),
    /** NOT_FOUND, also where its job names what is out of reach. */
    run: (id: number, scope: Scope): Run => {
      const run = store.run(id);
      const job = run && objects.find(jobKind, run.job, { deleted: true });
      if (run === undefined || (!scope.site && (job === undefined || !isIn(job, scope))))
        throw new AppError('NOT_FOUND', `there is no run ${id}`);
      return run;
    },
    exchanges: (run: number): ExchangeRow[] => store.exchanges(run),
    /** In the order in which they left. */
    packets: (run: number, after: number, limit: number): PacketRow[] => store.packets(run, after, limit),
    newestPackets: (run: number, limit: number): PacketRow[] => store.newestPackets(run, limit),
    sent: (run: number): number => store.sent(run).n,
    /** The approval of a run, and whether plan and journal are still what was approved. */
    approvalOfRun: (run: Run): (Approval & { whole: boolean }) | undefined => {
      const approval = store.approval(run.approval);
      return approval && { ...approval, whole: store.isWhole(approval.id) && isVouched(approval.id) };
    },
    planOfRun: (run: Run): Plan | undefined => store.planOf(run.approval),
    labelOf: (publicId: string, scope: Scope): string =>
      (controllers.areIn([publicId], scope) ? controllers.find(publicId)?.label : undefined) ?? publicId,
    /** For the owner of intrusion detection (OT Q11). */
    notice: (actor: Actor, id: string, nameOf: (ref: string) => string): { name: string; text: string } => {
      const { plan, approval } = planFor(getJob(id, readable(actor)));
      const sources =
        plan.where.by === 'appliance' ? parts.sources() : (parts.agent(plan.where.device)?.addresses ?? []);
      const approved = approval === undefined ? undefined : { by: nameOf(approval.by), at: approval.at };
      return { name: plan.name, text: noticeText({ plan, sources, approved, site: parts.site }) };
    },
    policy: (publicId: string, scope: Scope) => {
      const controller = controllers.areIn([publicId], scope) ? controllers.find(publicId) : undefined;
      if (controller === undefined) throw new AppError('NOT_FOUND', `there is no controller ${publicId}`);
      const found = policyOf(controller);
      const ask = { address: controller.address, switches: SWITCHES, run: 'manual' } as const;
      return {
        controller,
        own: objects.find(devicePolicyKind, publicId)?.body,
        policy: found.policy,
        isSafety: found.isSafety,
        hindrance: found.isHalted ? 'halted' : hindranceOf(found.policy, ask),
      };
    },
    /** A controller's own policy. A reason for asking a safety controller is the actor's own word (OT Q2). */
    setPolicy: (actor: Actor, publicId: string, body: Body): void => {
      const controller = controllers.areIn([publicId], writable(actor)) ? controllers.find(publicId) : undefined;
      if (controller === undefined) throw new AppError('NOT_FOUND', `there is no controller ${publicId}`);
      const held = objects.find(devicePolicyKind, publicId)?.body;
      const reason = typeof body['safetyReason'] === 'string' ? body['safetyReason'].trim() : '';
      const isNew = reason !== '' && reason !== held?.['safetyReason'];
      // Only a person takes a safety controller upon himself.
      if (isNew) gate.assertMayAsk(actor);
      const by = isNew ? actorRef(actor) : reason === '' ? null : (held?.['safetyBy'] ?? null);
      const writer = asWriter(actor, 'controllers:write');
      objects.put(writer, devicePolicyKind, publicId, { ...body, label: controller.label.slice(0, 200), safetyBy: by });
    },
    controllers: (limit: number) => controllers.list(limit),
    /** Of zones in reach. */
    halts: (scope: Scope): (Halt & { zoneName: string })[] => {
      const inReach = zonesReached(db, scope);
      return store
        .halts()
        .filter(({ zone }) => inReach?.has(zone) !== false)
        .map((halt) => ({ ...halt, zoneName: String(objects.find(zoneKind, halt.zone)?.body['name'] ?? halt.zone) }));
    },
    /** A person has looked: the zone may be asked again. */
    releaseZone: (actor: Actor, zone: string, reason: string): void => {
      requireRight(actor, 'controllers:write');
      const line = enteredLine(reason);
      if (line === '') throw invalid({ reason: { key: 'validation.required' } });
      immediate(db, () => {
        if (!store.dropHalt(zone)) throw new AppError('NOT_FOUND', 'the zone is not halted');
        const name = String(objects.find(zoneKind, zone)?.body['name'] ?? zone);
        events.record('identification-zone-released', {
          actor: actorRef(actor),
          params: { zone: name, reason: line },
        });
      });
    },
    /** The work of the job `identify-controllers`. */
    work: (run: number, options: { signal?: AbortSignal; onProgress(progress: RunProgress): void }) =>
      runHere(run, options),
    /** The agents' queue of these jobs. */
    queue: agentQueue({ db, store, allowance, plans, permits: permit, close, clock }),
    permits: permit,
    /** What approved jobs that run now name, for the module that connects. */
    namedTargets: allowance.namedTargets,
    look,
    trim: (): number => store.trim(clock() - keptMs),
  };
};
