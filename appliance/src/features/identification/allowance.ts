import type { Target } from '@sallyport/bundle-tools/controllers/identification/run-targets';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { NamedTarget } from '../../platform/connect.ts';
import { jobKind } from './job-plan.ts';
import { devicePolicyKind, type PolicyOf, siteSetting, zoneKind } from './policies.ts';
import { hindranceOf, switchedOn } from './policy.ts';
import type { IdentificationStore } from './store.ts';
import {
  type ControllerView,
  type ControllerViews,
  type Plan,
  type PlanTarget,
  type Run,
  SWITCHES,
  type Switch,
} from './types.ts';

// Whether the next packet may leave: asked before each one, by the present policies (OT Q3, Q5, Q7, Q12). What was approved is
// the most that may be sent; whatever has become stricter since then holds, also when it has been loosened again: what one person or a
// token loosens is asked again once a second person approves it anew.

/** Why nothing of a run may leave any more. Each has its change in test/support/controllers/forbidding.ts. */
export const FORBIDDEN = [
  'site-off',
  'over',
  'stopped',
  'outside',
  'changed',
  'approval',
  'window',
  'credential',
  'gone',
  'archived',
  'address',
  'zone',
  'halted',
  'no-zone',
  'never',
  'passive',
  'safety',
  'switch',
  'prefix',
  'hours',
  'loosened',
] as const;
export type Forbidden = (typeof FORBIDDEN)[number];

const decisionKind = 'controller-decision';

type Asked = Pick<PlanTarget | Target, 'controller' | 'zone' | 'host' | 'asks'>;

export const allowances = (parts: {
  objects: ObjectService;
  store: IdentificationStore;
  controllers: ControllerViews;
  policyOf: PolicyOf;
  /** Whether the journal says the same of an approval. */
  isVouched: (approval: number) => boolean;
  clock: () => number;
}) => {
  const { objects, store, controllers, policyOf, clock } = parts;

  /** Of the run as a whole. */
  const ofRun = (run: Run | undefined, plan: Plan): Forbidden | undefined => {
    if (!objects.setting(siteSetting)) return 'site-off';
    if (run === undefined || (run.state !== 'waiting' && run.state !== 'running')) return 'over';
    if (run.stopBy !== null) return 'stopped';
    if (store.isOutside(run.id)) return 'outside';
    if (!store.isWhole(run.approval) || !parts.isVouched(run.approval)) return 'approval';
    if (objects.find(jobKind, plan.job)?.revision !== plan.revision) return 'changed';
    const now = clock();
    if (now < plan.from || now >= plan.until) return 'window';
    if (plan.credential !== undefined) {
      const held = objects.find('controller-credential', plan.credential.id);
      if (held?.revision !== plan.credential.revision) return 'credential';
    }
    return undefined;
  };

  /** Bodies that an object had since a time; undefined where it was gone. */
  const bodiesSince = (kind: string, id: string, since: number): (Body | undefined)[] =>
    objects
      .revisions(kind, id)
      .filter(({ at }) => at >= since)
      .map(({ operation, body }) => (operation === 'remove' ? undefined : body));

  /** Whether the target could not have been asked at some time since the approval, by what zone, policy or record said then. */
  const wasKept = (plan: Plan, controller: ControllerView, switches: readonly Switch[], since: number): boolean => {
    const hinders = (then: Parameters<PolicyOf>[1]): boolean =>
      hindranceOf(policyOf(controller, then).policy, { address: controller.address, switches, run: plan.start }) !==
      undefined;
    const zones = controller.zone === null ? [] : bodiesSince(zoneKind, controller.zone, since);
    return (
      controller.wasCloserSince(since) ||
      zones.some((zone) => hinders({ zone })) ||
      bodiesSince(devicePolicyKind, controller.publicId, since).some((own) => hinders({ own })) ||
      bodiesSince(decisionKind, controller.publicId, since).some((body) => body?.['decision'] === 'archived')
    );
  };

  /** Of one of its targets. */
  const ofTarget = (plan: Plan, target: Asked, approvedAt: number): Forbidden | undefined => {
    const controller = controllers.find(target.controller);
    if (controller === undefined) return 'gone';
    if (controller.isArchived) return 'archived';
    // Another address may be another device.
    if (controller.address !== target.host) return 'address';
    if (controller.zone !== target.zone) return 'zone';
    const { policy, isHalted } = policyOf(controller);
    if (isHalted) return 'halted';
    const asked = SWITCHES.filter((name) => target.asks.some(({ switches }) => switches[name]));
    const on = switchedOn(policy, plan.start);
    const why = hindranceOf(policy, {
      address: controller.address,
      switches: asked,
      run: plan.start,
      at: new Date(clock()),
    });
    if (why === 'no-address') return 'address';
    if (why !== undefined) return why;
    if (asked.some((name) => !on.includes(name))) return 'switch';
    return wasKept(plan, controller, asked, approvedAt) ? 'loosened' : undefined;
  };

  return {
    /** The pause that is due now: what was approved, or more where a policy has become slower. */
    gapOf: ({ controller, gapMs }: PlanTarget): number => {
      const record = controllers.find(controller);
      return Math.max(gapMs, record === undefined ? 0 : policyOf(record).policy.gapMs.value);
    },
    of: (id: number, plan: Plan, target?: Asked): Forbidden | undefined => {
      const run = store.run(id);
      const approvedAt = (run && store.approval(run.approval)?.at) ?? 0;
      return ofRun(run, plan) ?? (target === undefined ? undefined : ofTarget(plan, target, approvedAt));
    },
    /** What approved jobs that run here name, for the module that connects. */
    namedTargets: (): NamedTarget[] =>
      store.openRuns().flatMap((run): NamedTarget[] => {
        const plan = run.device === null && run.state === 'running' ? store.planOf(run.approval) : undefined;
        if (plan === undefined || ofRun(run, plan) !== undefined) return [];
        return plan.targets.map((target): NamedTarget => {
          const ports = (kind: 'tcp' | 'udp'): number[] =>
            target.asks.filter(({ kinds }) => kinds.includes(kind)).map(({ port }) => port);
          return {
            purpose: 'controllers',
            object: `${jobKind}/${plan.job}`,
            ports: ports('tcp'),
            udp: ports('udp'),
            echo: false,
            covers: (host) => host === target.host,
          };
        });
      }),
  };
};

export type Allowances = ReturnType<typeof allowances>;
