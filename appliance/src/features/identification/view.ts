import type {
  JobRow,
  PlanTargetView,
  RunView,
  SentPacketView,
} from '@sallyport/ui/identification/identification-model';
import type { PolicyView } from '@sallyport/ui/identification/policy-panel.tsx';
import type { Message } from '@sallyport/ui/model';
import type { IdentificationJob, IdentificationService } from './service.ts';
import { type ControllerView, type EffectivePolicy, type PacketRow, type Plan, type Run, SWITCHES } from './types.ts';

// What identification says, as the views want it.

type NameOf = (ref: string) => string;

const shownPackets = 100;

/** The meaning of a packet in the words of the catalogue. */
export const packetMeaning = (row: Pick<PacketRow, 'what' | 'meaning'>): Message =>
  row.meaning === null
    ? { key: row.what === 'connect' ? 'identification.packet.connect' : 'identification.what.send' }
    : { key: `identification.packet.${row.meaning.key}`, params: row.meaning.params };

export const jobRow = (
  { job, state, approval, next }: IdentificationJob,
  nameOf: NameOf,
  agentName: NameOf,
): JobRow => {
  const { body } = job;
  const agent = typeof body['agent'] === 'string' && body['agent'] !== '' ? agentName(body['agent']) : undefined;
  return {
    id: job.id,
    name: String(body['name']),
    state,
    from: String(body['from']),
    until: String(body['until']),
    repeat:
      typeof body['repeatDays'] === 'number'
        ? { days: body['repeatDays'], until: String(body['repeatUntil']), next: next?.from }
        : undefined,
    place: { agent },
    controllers: Array.isArray(body['controllers']) ? body['controllers'].length : 0,
    approved: approval === undefined ? undefined : { by: nameOf(approval.by), at: approval.at },
  };
};

export const planTargets = (plan: Plan, nameOf: NameOf): PlanTargetView[] =>
  plan.targets.map(({ asks, override, ...target }) => ({
    ...target,
    protocols: asks.map(({ protocol }) => protocol),
    packets: asks.flatMap(({ packets }) =>
      packets.map(({ meaning, ...packet }) => ({
        ...packet,
        meaning: { key: `identification.packet.${meaning.key}`, params: meaning.params },
        to: `${packet.kind}/${packet.port}`,
      })),
    ),
    override: override === undefined ? undefined : { by: nameOf(override.by), reason: override.reason },
  }));

const sentView = (plan: Plan) => {
  const labels = new Map(plan.targets.map(({ controller, label }) => [controller, label]));
  return (row: PacketRow): SentPacketView => ({
    ...row,
    label: labels.get(row.controller) ?? row.controller,
    to: `${row.host} ${row.kind}/${row.port}`,
    meaning: packetMeaning(row),
    hex: row.hex ?? undefined,
  });
};

/** A run with its newest packets. */
export const runView = (service: IdentificationService, run: Run, plan: Plan, nameOf: NameOf): RunView => {
  const exchanges = service.exchanges(run.id);
  const labels = new Map(plan.targets.map(({ controller, label }) => [controller, label]));
  return {
    number: run.id,
    state: run.state,
    startedAt: run.startedAt,
    startedBy: nameOf(run.startedBy),
    code: run.code ?? undefined,
    detail: run.detail ?? undefined,
    done: exchanges.filter(({ outcome }) => outcome !== null).length,
    total: plan.targets.reduce((sum, { asks }) => sum + asks.length, 0),
    packets: service.sent(run.id),
    exchanges: exchanges.map(({ controller, protocol, outcome }) => ({
      label: labels.get(controller) ?? controller,
      protocol,
      outcome: outcome ?? 'under-way',
    })),
    newest: service.newestPackets(run.id, shownPackets).map(sentView(plan)),
  };
};

/** What may be asked of a controller, for its page. */
export const policyView = (
  controller: ControllerView,
  policy: EffectivePolicy,
  hindrance: string | undefined,
  nameOf: NameOf,
): PolicyView => ({
  controller: controller.publicId,
  label: controller.label,
  level: policy.level,
  switches: SWITCHES.map((name) => ({ name, stated: policy.switches[name] })),
  gapMs: policy.gapMs,
  hours: policy.hours.map(({ value, from }) => ({ ...value, source: from })),
  prefixes: policy.prefixes,
  hindrance,
  override:
    policy.override === undefined ? undefined : { by: nameOf(policy.override.by), reason: policy.override.reason },
});
