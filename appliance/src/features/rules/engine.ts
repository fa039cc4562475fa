import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Changed, ObjectChanged } from '../../engine/changes/types.ts';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';
import type { Vocabulary } from '../../platform/filter/types.ts';
import { AT_ONCE } from '../../platform/pending.ts';
import type { Evaluator, Moment } from '../devices/types.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { ageList, fixedMoments } from './age-queries.ts';
import type { ruleEvents } from './events.ts';
import { planMoves } from './moving.ts';
import type { RuleSet, StatusSet } from './rule-set.ts';
import { agesWith, statusesOf, withSince } from './status.ts';
import type { DeviceFacts, RuleStore, StatusRow } from './store.ts';
import { type Pass, type ProtectionReason, protectionReasons, type Reason } from './types.ts';

export type RuleEngine = {
  /** Looks at devices that wait, in batches of one transaction each, for at most this long; one batch at least. */
  run(options?: {
    budgetMs?: number /** Batches of a few devices, for who must answer meanwhile. */;
    small?: boolean;
  }): Pass;
  /** Looks at all that wait: for commands and tests. */
  recomputePending(): void;
  /**
   * Looks at what waits if it is no more than a few devices, before a reader asks; a backlog is not a reader's to pay, nor is
   * waiting for another writer.
   */
  keepUp(most: number): void;
  /** Whether devices wait. */
  isBehind(): boolean;
  /** Whether so many wait that a thread of their own is worth its start. */
  isFarBehind(): boolean;
  /** Asks for a look at every device. */
  recomputeAll(): void;
  /** Notes devices of which something changed that rules look at. In the transaction of the change. */
  note(devices: readonly number[]): void;
  /** Notes devices that were heard, where that may change their status. */
  noteHeard(devices: readonly number[]): void;
  /** Takes over tags by hand, as of a record that came back. */
  setHandTags(devices: readonly number[]): void;
  /** Objects were written: decisions about devices, or rules and what they are about. */
  written(objects: readonly ObjectChanged[]): void;
};

export type EngineParts = {
  store: RuleStore;
  objects: ObjectService;
  events: Pick<EventService, 'record'>;
  changed: Changed;
  vulnerabilities: Pick<VulnerabilityService, 'loads' | 'coverage'>;
  vocabulary: Vocabulary;
  evaluator: Evaluator;
  rules: () => RuleSet;
  clock: () => number;
  transact: <T>(work: () => T) => T;
  /** Does it unless another connection writes. */
  transactIfFree: (work: () => void) => void;
};

/** The event of a reason that begins. */
export const eventOfReason: Readonly<Record<ProtectionReason, keyof typeof ruleEvents>> = {
  threatNotCured: 'threat-not-cured',
  protectionOff: 'protection-off',
  realTimeOff: 'real-time-off',
  productSays: 'product-says',
};

/** Devices of a batch: many share the cost of preparing the statements, few end sooner. */
const batchDevices = AT_ONCE;
const smallBatch = 32;
const farBehind = 1_000;
/** Kinds whose objects say something about many devices at once. */
const ruleKinds = new Set(['tag-rule', 'moving-rule', 'status-conditions', 'group', 'setting']);
const defaultBudgetMs = 50;

/** Who moves devices: the rule stands in the comment of the revision and in the event. */
const actor: Actor = { type: 'system', id: 'rules', label: 'rules', rights: new Set(['devices:write']) };

const isSameStatus = (held: StatusRow | undefined, next: Omit<StatusRow, 'device' | 'updatedAt'>): boolean =>
  held !== undefined &&
  held.level === next.level &&
  held.reasons === next.reasons &&
  held.visible === next.visible &&
  held.dueAt === next.dueAt &&
  held.aged === next.aged;

/** Takes devices from the work list and writes what rules say of them: findings, group, tags, status, in this order. */
export const ruleEngine = (parts: EngineParts): RuleEngine => {
  const { store, objects, events, changed, vulnerabilities, vocabulary, evaluator, clock, transact } = parts;

  const move = (set: RuleSet, facts: readonly DeviceFacts[], moment: Moment): void => {
    const { effectiveValues, moves } = planMoves({ store, evaluator }, set.moves, facts, moment);
    for (const { device, publicId, rule, to } of moves) {
      objects.put(actor, 'device-decision', publicId, { group: to }, { comment: `moving rule ${rule.name}` });
      events.record('device-moved', {
        device,
        actor: 'system:rules',
        params: { device: publicId, rule: rule.name, group: set.groups.name(to) },
      });
    }
    for (const { id, enrolments } of facts) {
      const rule = effectiveValues.get(id);
      if (rule !== undefined && rule.mode !== 'continuous') store.setDone(rule.id, id, String(enrolments));
    }
  };

  const tag = (set: RuleSet, devices: readonly number[], moment: Moment): void => {
    const fits = evaluator.test(
      set.tags.map(({ condition }) => condition),
      devices,
      moment,
    );
    const held = new Map(store.ruleTags(devices).map((row) => [`${row.device} ${row.source} ${row.tag}`, row]));
    for (const device of devices) {
      set.tags.forEach((rule, index) => {
        if (fits.get(device)?.fits[index] !== true) return;
        if (!held.delete(`${device} ${rule.id} ${rule.tag}`)) store.addTag(rule.tag, device, rule.id);
      });
    }
    for (const { tag: name, device, source } of held.values())
      if (!set.broken.has(source)) store.dropTag(name, device, source);
  };

  const bySet = (set: RuleSet, facts: readonly DeviceFacts[]): Array<[StatusSet, DeviceFacts[]]> => {
    const groups = new Map<string, [StatusSet, DeviceFacts[]]>();
    for (const device of facts) {
      const status = set.statusOf(device.group);
      const held = groups.get(status.key);
      if (held === undefined) groups.set(status.key, [status, [device]]);
      else held[1].push(device);
    }
    return [...groups.values()];
  };

  /** What happened to a device, of the reasons that begin. */
  const tell = ({ id, publicId }: DeviceFacts, begun: readonly Reason[]): void => {
    for (const name of protectionReasons) {
      if (!begun.some(({ key }) => key === `devices.reason.${name}`)) continue;
      events.record(eventOfReason[name], { device: id, params: { device: publicId } });
    }
  };

  /** The devices whose status is another. */
  const judge = (
    set: RuleSet,
    facts: readonly DeviceFacts[],
    moment: Moment,
    endOf: (device: number) => number | undefined,
  ): number[] => {
    const judged: number[] = [];
    const conditions = [...set.tags, ...set.moves].map(({ condition }) => condition);
    for (const [status, devices] of bySet(set, facts)) {
      const found = statusesOf(evaluator, status, devices, moment);
      const asked = [...conditions, ...status.lines.map((line) => line.condition)];
      const ages = agesWith(ageList(asked, vocabulary), status);
      const fixed = fixedMoments(asked, vocabulary);
      const nextFixed = Math.min(...fixed.filter((at) => at > moment.now));
      const turns = evaluator.turns(
        ages,
        devices.map(({ id }) => id),
        moment.now,
      );
      // Being heard counts once the shortest age over the last contact, or a moment that it is compared with, has passed.
      const shortestMs = Math.min(
        ...ages.filter(({ moments }) => moments.includes('last_seen_at')).map(({ ms }) => ms),
      );
      const held = new Map(store.statuses(devices.map(({ id }) => id)).map((row) => [row.device, row]));
      for (const device of devices) {
        const { id, lastSeenAt } = device;
        const row = found.get(id);
        if (row === undefined) continue;
        const before = held.get(id);
        const { reasons, begun } = withSince(
          row.reasons,
          before === undefined ? [] : (JSON.parse(before.reasons) as Reason[]),
          moment.now,
        );
        const aged =
          lastSeenAt === null ||
          lastSeenAt + shortestMs <= moment.now ||
          fixed.some((at) => at <= moment.now && lastSeenAt <= at);
        const never = Number.POSITIVE_INFINITY;
        const dueAt = Math.min(turns.get(id) ?? never, nextFixed, endOf(id) ?? never);
        const next = {
          ...row,
          reasons: JSON.stringify(reasons),
          dueAt: Number.isFinite(dueAt) ? dueAt : null,
          aged: Number(aged),
        };
        // Lists hang on these rows: what is as it was is not written again.
        if (isSameStatus(before, next)) continue;
        store.putStatus({ device: id, ...next, updatedAt: moment.now });
        tell(device, begun);
        judged.push(id);
      }
    }
    return judged;
  };

  const look = (ids: readonly number[], now: number): void => {
    const before = store.facts(ids);
    const devices = before.map(({ id }) => id);
    store.dropStatus(ids.filter((id) => !devices.includes(id)));
    const loaded = store.putFindings(devices, vulnerabilities.loads(devices));
    const coverage = vulnerabilities.coverage(devices);
    store.putCoverage(coverage);
    const endOf = (device: number): number | undefined => coverage.get(device)?.turnsAt;
    const first = parts.rules();
    const moment = { now, visibleSince: now, groupsBelow: first.groups.below, groupsNamed: first.groups.named };
    move(first, before, moment);
    tag(first, devices, moment);
    changed('status', [...new Set([...loaded, ...judge(first, store.facts(ids), moment, endOf)])]);
  };

  /** Next devices: pending ones first, then those whose time came, then the round over all. */
  const next = (now: number, most: number): { devices: number[]; reachedTo?: number | null } => {
    const marked = store.pending(most);
    if (marked.length > 0) return { devices: marked };
    const due = store.due(now, most);
    if (due.length > 0) return { devices: due };
    const { after } = store.round();
    if (after === null) return { devices: [] };
    const devices = store.devicesAfter(after, most);
    return { devices, reachedTo: devices.length < most ? null : (devices.at(-1) ?? null) };
  };

  /** Within a transaction. */
  const lookAtNext = (most: number): number => {
    const now = clock();
    const { devices, reachedTo } = next(now, most);
    if (reachedTo !== undefined) {
      const { again } = store.round();
      if (reachedTo === null) store.setRound(again === 1 ? 0 : null, 0);
      else store.setRound(reachedTo, again);
    }
    if (devices.length === 0) return 0;
    look(devices, now);
    // With it the marks that moves of this batch made: what follows from them is written.
    store.clean(devices);
    return devices.length;
  };
  const batch = (most: number): number => transact(() => lookAtNext(most));

  const isBehind = (): boolean =>
    store.pending(1).length > 0 || store.round().after !== null || store.due(clock(), 1).length > 0;

  const run: RuleEngine['run'] = ({ budgetMs = defaultBudgetMs, small = false } = {}) => {
    const end = steadyMs() + budgetMs;
    let devices = 0;
    while (isBehind()) {
      devices += batch(small ? smallBatch : batchDevices);
      if (steadyMs() >= end) break;
    }
    return { devices, more: isBehind() };
  };

  const recomputeAll = (): void => {
    const { after } = store.round();
    store.setRound(after ?? 0, Number(after !== null));
  };

  return {
    note: store.note,
    noteHeard: store.noteHeard,
    setHandTags: store.setHandTags,
    written: (written) => {
      store.decided(written.flatMap(({ kind, id }) => (kind === 'device-decision' ? [id] : [])));
      if (written.some(({ kind }) => ruleKinds.has(kind))) recomputeAll();
    },
    run,
    recomputePending: () => {
      while (run().more);
    },
    keepUp: (most) => {
      // Those whose time came are a backlog as well: in a large fleet some do at every moment.
      const isSmall =
        store.pending(most + 1).length <= most &&
        store.due(clock(), most + 1).length <= most &&
        store.round().after === null;
      if (isSmall && isBehind()) parts.transactIfFree(() => void lookAtNext(batchDevices));
    },
    isBehind,
    isFarBehind: () =>
      store.round().after !== null ||
      store.pending(farBehind + 1).length > farBehind ||
      store.due(clock(), farBehind + 1).length > farBehind,
    recomputeAll,
  };
};
