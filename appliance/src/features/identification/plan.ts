import { hash } from 'node:crypto';
import { MIN_GAP_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import {
  type Credentials,
  type PlanFor,
  PROTOCOLS,
  type Protocol,
  type Switches,
} from '@sallyport/bundle-tools/controllers/protocols/types';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectOf } from '../../engine/objects/service.ts';
import { portOverride } from './job-rules.ts';
import { hindranceOf, switchedOn } from './policy.ts';
import {
  type ControllerView,
  type EffectivePolicy,
  type LeftOut,
  type Plan,
  type PlannedAsk,
  type PlanPlace,
  type PlanTarget,
  SWITCHES,
  type Switch,
} from './types.ts';

// The dry run (OT Q7): every packet per target, before any leaves. Only what is missing is asked (OT Q10). What has no part
// in what leaves (labels, known values) is shown but is no part of the digest.

/** What each switch can bring; of these, known values are not asked again. */
const fieldsOf: Readonly<Record<Switch, readonly string[]>> = {
  identify: ['vendor', 'model', 'orderNumber', 'firmware', 'serial'],
  // Their number is unknown: never complete.
  modules: ['modules'],
  details: ['details'],
  // Whether it runs is about now.
  mode: ['mode'],
};
const alwaysMissing: ReadonlySet<Switch> = new Set<Switch>(['modules', 'details', 'mode']);

type PlanParts = {
  job: ObjectOf<'controller-identification'>;
  place: PlanPlace;
  credential: { id: string; revision: number; credentials: Credentials } | undefined;
  find: (publicId: string) => ControllerView | undefined;
  policyOf: (controller: ControllerView) => { policy: EffectivePolicy; zoneName: string; isHalted: boolean };
  planFor: PlanFor;
};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

const none: Switches = { identify: false, modules: false, details: false, mode: false };

/** What of a controller the job could bring, told apart by whether it is known. */
const knownOf = (held: ReturnType<ControllerView['known']>, wanted: readonly Switch[]) => {
  const fields = wanted.flatMap((name) => fieldsOf[name]);
  const known = fields.flatMap((field) => {
    const found = held[field];
    return found === undefined ? [] : [{ field, value: found.value, source: found.source }];
  });
  return { known, missing: fields.filter((field) => held[field] === undefined) };
};

/** The digest of what would leave. */
export const planDigest = (plan: Omit<Plan, 'digest'>): string => {
  const { job, revision, where, start, repeat, credential, targets } = plan;
  // A job that repeats has one digest for all its windows.
  const { from, until } = repeat?.first ?? plan;
  const leaves = targets.map(({ controller, zone, host, gapMs, asks, override }) => [
    controller,
    zone,
    host,
    gapMs,
    override ?? null,
    asks.map(({ protocol, kinds, port, switches, packets }) => [
      protocol,
      kinds,
      port,
      SWITCHES.map((name) => switches[name]),
      packets.map(({ kind, port, hex, when, open, parts }) => [kind, port, hex, when, open, parts]),
    ]),
  ]);
  return hash(
    'sha256',
    JSON.stringify([
      job,
      revision,
      where,
      start,
      from,
      until,
      ...(repeat === undefined ? [] : [[repeat.everyDays, repeat.until]]),
      credential ?? null,
      leaves,
    ]),
    'hex',
  );
};

/** All that a job would send now. */
export const planOf = (parts: PlanParts): Plan => {
  const { job, place, credential, planFor } = parts;
  const { body } = job;
  const run = body['start'] === 'scheduled' ? 'scheduled' : 'manual';
  const protocols = PROTOCOLS.filter((one) => texts(body['protocols']).includes(one));
  const wanted = SWITCHES.filter((name) => body[name] === true);
  const ports = new Map(
    texts(body['ports'])
      .map(portOverride)
      .filter((one) => one !== undefined)
      .map(({ protocol, port }) => [protocol, port]),
  );
  const targets: PlanTarget[] = [];
  const leftOut: LeftOut[] = [];

  const askBy = (protocol: Protocol, switches: Switches, host: string): PlannedAsk[] => {
    const port = ports.get(protocol);
    const packets = planFor(protocol, switches, {
      host,
      ...defined({ port, credentials: credential?.credentials }),
    });
    const [first] = packets;
    if (first === undefined) return [];
    return [{ protocol, kinds: [...new Set(packets.map(({ kind }) => kind))], port: first.port, switches, packets }];
  };

  for (const controller of new Set(texts(body['controllers']))) {
    const record = parts.find(controller);
    if (record === undefined) {
      leftOut.push({ controller, label: controller, why: 'gone' });
      continue;
    }
    const { label, address, zone } = record;
    const { policy, zoneName, isHalted } = parts.policyOf(record);
    if (record.isArchived) {
      leftOut.push({ controller, label, why: 'archived' });
      continue;
    }
    const why = isHalted ? 'halted' : hindranceOf(policy, { address, switches: wanted, run });
    if (why !== undefined || address === null || zone === null) {
      leftOut.push({ controller, label, why: why ?? 'no-address' });
      continue;
    }
    const on = switchedOn(policy, run);
    const allowed = wanted.filter((name) => on.includes(name));
    const held = record.known();
    const { known, missing } = knownOf(held, allowed);
    const needed = allowed.filter(
      (name) =>
        body['askKnown'] === true || alwaysMissing.has(name) || fieldsOf[name].some((field) => missing.includes(field)),
    );
    if (needed.length === 0) {
      leftOut.push({ controller, label, why: 'known' });
      continue;
    }
    const switches = { ...none, ...Object.fromEntries(needed.map((name) => [name, true])) };
    const asks = protocols.flatMap((protocol) => askBy(protocol, switches, address));
    if (asks.length === 0) {
      leftOut.push({ controller, label, why: 'no-question' });
      continue;
    }
    targets.push({
      controller,
      label,
      zone,
      zoneName,
      host: address,
      gapMs: Math.max(policy.gapMs.value, Number(body['gapMs'] ?? MIN_GAP_MS), MIN_GAP_MS),
      modeBefore: held['mode']?.value,
      known,
      missing,
      asks,
      override: policy.override,
    });
  }
  const plan = {
    job: job.id,
    revision: job.revision,
    name: String(body['name']),
    where: place,
    start: run,
    from: Date.parse(String(body['from'])),
    until: Date.parse(String(body['until'])),
    repeat:
      typeof body['repeatDays'] === 'number'
        ? { everyDays: body['repeatDays'], until: Date.parse(String(body['repeatUntil'])) }
        : undefined,
    credential: credential === undefined ? undefined : { id: credential.id, revision: credential.revision },
    targets,
    leftOut,
  } as const;
  return { ...plan, digest: planDigest(plan) };
};
