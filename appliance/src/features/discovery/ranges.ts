import { hash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, asWriter, authorsOf, requireRight, sinceApproved } from '../../engine/objects/types.ts';
import type { Outbound, ProbeAnswer } from '../../platform/connect.ts';
import { AppError, invalid, toFailure } from '../../platform/errors.ts';
import { addressesOf, rangeOf } from '../../platform/ipv4-range.ts';
import type { Approvable, ApprovalGate } from '../accounts/types.ts';
import type { ForbiddenAddresses } from './forbidden.ts';
import type { DiscoveryRecorder } from './recorder.ts';
import { type Answered, scanAddresses } from './scan.ts';
import type { DiscoveryStore } from './store.ts';
import { portsOf, rangeKind, subjectOf } from './targets.ts';
import type { ScanPlan, ScanProgress, ScanSummary, Seen } from './types.ts';

type RangeParts = {
  objects: ObjectService;
  gate: Pick<ApprovalGate, 'assertMayApprove'>;
  events: EventService;
  store: DiscoveryStore;
  recorder: DiscoveryRecorder;
  outbound: Outbound;
  forbidden: Pick<ForbiddenAddresses, 'ipv4'>;
  /** Addresses and MACs of neighbours. */
  arp(): ReadonlyMap<string, string>;
  /** The appliance does not ask itself. */
  ownAddresses(): ReadonlySet<string>;
  clock(): number;
};

/** Fields that a confirmation writes. */
const confirmation = ['confirmedPlan', 'confirmedBy'];
const answerMs = 1_000;
const shownExamples = 5;
const stopLookMs = 500;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether it is within the hours of a range; they may reach over midnight. */
export const isWithinHours = (body: Readonly<Record<string, unknown>>, at: Date): boolean => {
  const [from, until] = [body['fromTime'], body['untilTime']];
  if (typeof from !== 'string' || typeof until !== 'string') return true;
  const now = at.getHours() * 60 + at.getMinutes();
  const [start, end] = [minutesOf(from), minutesOf(until)];
  return start <= end ? now >= start && now < end : now >= start || now < end;
};

/** A number from 0 up to below 1, from the system's randomness. */
const randomFraction = (): number => Buffer.from(randomBytes(4)).readUInt32LE(0) / 2 ** 32;

/** What answered, as devices: several addresses of one MAC are one. */
const seenIn = (
  found: readonly Answered[],
  macs: ReadonlyMap<string, string>,
  { at, by }: { at: number; by: string },
): Seen[] => {
  const devices = new Map<string, { addresses: string[]; ports: Set<number>; mac: string | undefined }>();
  for (const { address, ports } of found) {
    const mac = macs.get(address);
    const device = devices.get(mac ?? address) ?? { addresses: [], ports: new Set<number>(), mac };
    device.addresses.push(address);
    for (const port of ports) device.ports.add(port);
    devices.set(mac ?? address, device);
  }
  return [...devices.values()].map(({ addresses, ports, mac }) => ({
    method: 'scan',
    at,
    by,
    macs: mac === undefined ? [] : [mac],
    addresses,
    names: [],
    ports: [...ports].sort((a, b) => a - b),
    visible: true,
  }));
};

/** Address ranges: what would be asked, who confirmed it, the asking itself. */
export const addressRanges = (parts: RangeParts) => {
  const { objects, gate, events, store, recorder, outbound, clock } = parts;

  const planOf = (range: ObjectOf<'address-range'>): ScanPlan => {
    const { body } = range;
    const whole = rangeOf(String(body['network']));
    const addresses = body['controllers'] === true ? [] : addressesOf(whole, parts.forbidden.ipv4());
    const ports = portsOf(body);
    const ping = body['ping'] === true;
    const ratePerSecond = Number(body['ratePerSecond']);
    const probes = addresses.length * (ports.length + (ping ? 1 : 0));
    // What is confirmed is what leaves: the addresses themselves, the questions, the rate.
    const digest = hash('sha256', JSON.stringify([addresses, ports, ping, ratePerSecond]), 'hex');
    return {
      range: String(body['name']),
      addresses: addresses.length,
      excluded: whole.last - whole.first + 1 - addresses.length,
      ports,
      ping,
      probes,
      ratePerSecond,
      seconds: Math.ceil(probes / ratePerSecond),
      examples: addresses.slice(0, shownExamples),
      digest,
    };
  };

  /** Why a range is not asked now; undefined when it may be. */
  const hindrance = (range: ObjectOf<'address-range'>): string | undefined => {
    const { body } = range;
    if (body['controllers'] === true) return 'controllers';
    if (body['enabled'] !== true) return 'disabled';
    const plan = planOf(range);
    if (plan.probes === 0) return 'nothing';
    if (body['confirmedPlan'] !== plan.digest) return 'unconfirmed';
    return isWithinHours(body, new Date(clock())) ? undefined : 'hours';
  };

  const get = (id: string): ObjectOf<'address-range'> => objects.get(rangeKind, id);

  const approvable = (id: string): Approvable => {
    const range = get(id);
    return {
      act: 'range-confirm',
      thing: `${id}@${range.revision}`,
      authors: [authorsOf(sinceApproved(objects.revisions(rangeKind, id), confirmation))],
      since: range.updatedAt,
    };
  };

  return {
    approvable,
    plan: (id: string): ScanPlan => planOf(get(id)),
    hindrance: (id: string): string | undefined => hindrance(get(id)),
    /** A person says yes to exactly this plan, with its number of addresses. INVALID, CONFLICT, FORBIDDEN. */
    confirm: (actor: Actor, id: string, confirmed: { digest: string; addresses: number }): void => {
      const takesTwo = objects.setting('devices.scan-second-person');
      requireRight(actor, takesTwo ? 'devices:approve' : 'devices:write');
      const plan = planOf(get(id));
      if (plan.digest !== confirmed.digest) throw new AppError('CONFLICT', 'the plan has changed meanwhile');
      if (plan.addresses !== confirmed.addresses)
        throw invalid({ typed: { key: 'validation.typeNumber', params: { n: plan.addresses } } });
      if (takesTwo) gate.assertMayApprove(actor, approvable(id));
      objects.update(
        asWriter(actor, 'devices:write'),
        rangeKind,
        id,
        { confirmedPlan: plan.digest, confirmedBy: actorRef(actor) },
        { comment: 'confirmed' },
      );
    },
    /** Asks every address. CONFLICT while something hinders it; CANCELLED when it is stopped. */
    scan: async (
      id: string,
      actor: Actor,
      run: { signal?: AbortSignal; onProgress(progress: ScanProgress): void },
    ): Promise<ScanSummary> => {
      const range = get(id);
      const subject = subjectOf(range);
      const name = String(range.body['name']);
      try {
        const why = hindrance(range);
        if (why !== undefined) throw new AppError('CONFLICT', `the range is not asked: ${why}`, { why });
        store.setStop(subject, false);
        const startedAt = clock();
        const plan = planOf(range);
        const own = parts.ownAddresses();
        const addresses = addressesOf(rangeOf(String(range.body['network'])), parts.forbidden.ipv4()).filter(
          (address) => !own.has(address),
        );
        let lookedAt = startedAt;
        let ended: string | undefined;
        const stopped = (): boolean => {
          if (run.signal?.aborted) ended ??= 'stopped';
          // The object may be changed or deleted while it runs; the words of now count.
          else if (clock() - lookedAt >= stopLookMs) {
            lookedAt = clock();
            const current = objects.find(rangeKind, id);
            if (store.subject(subject)?.stop === 1) ended ??= 'stopped';
            else ended ??= current === undefined ? 'deleted' : hindrance(current);
          }
          return ended !== undefined;
        };
        const ask = async ({ address, port }: { address: string; port: number | 'ping' }): Promise<ProbeAnswer> => {
          if (port !== 'ping')
            return outbound.probe({ purpose: 'discovery', object: subject, host: address, port }, answerMs);
          const answered = await outbound.ping({ purpose: 'discovery', object: subject, host: address }, answerMs);
          return answered === true ? 'open' : 'silent';
        };
        const { found, asked, whole } = await scanAddresses({
          addresses,
          ports: plan.ports,
          ping: plan.ping,
          ratePerSecond: plan.ratePerSecond,
          ask,
          stopped,
          random: randomFraction,
          clock,
          onProgress: run.onProgress,
        });
        const at = clock();
        store.countQuestions(subject, String(range.body['network']), asked, at);
        const seen = seenIn(found, parts.arp(), { at, by: name });
        const kept = await recorder.keepAll(seen);
        if (!whole) throw new AppError('CANCELLED', `ended after ${asked} of ${plan.probes}: ${ended ?? 'stopped'}`);
        recorder.hide('scan', name, kept.devices, at);
        const summary = {
          asked: addresses.length,
          probes: asked,
          found: found.length,
          created: kept.created,
          ms: at - startedAt,
        };
        store.succeed(subject, at, summary);
        events.record('range-scanned', {
          actor: actorRef(actor),
          params: { range: name, asked: addresses.length, probes: asked, found: found.length, created: kept.created },
        });
        return summary;
      } catch (error) {
        const { code, message } = toFailure(error);
        store.fail(subject, clock(), code, message);
        events.record('range-scan-ended', { actor: actorRef(actor), params: { range: name, code, reason: message } });
        throw error;
      }
    },
  };
};
