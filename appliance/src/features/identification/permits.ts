import { packetHash, secretsOf } from '@sallyport/bundle-tools/controllers/identification/guarded';
import {
  LEASE_MS,
  MAX_ATTEMPTS,
  MAX_EXCHANGE_PACKETS,
  MIN_GAP_MS,
} from '@sallyport/bundle-tools/controllers/identification/limits';
import type { PermitReply, PermitRequest } from '@sallyport/bundle-tools/controllers/identification/permit';
import { fieldsIn } from '@sallyport/bundle-tools/controllers/protocols/packet-parts';
import { plainAddress } from '@sallyport/bundle-tools/platform/address';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import type { Allowances } from './allowance.ts';
import type { JobPlans } from './job-plan.ts';
import type { IdentificationStore } from './store.ts';
import type { Plan, PlannedAsk, PlanTarget } from './types.ts';

// The one place where a packet towards a controller is let go, for this appliance and for every agent (OT Q3, Q4, Q7): by the
// present policies, for one target and one packet, compared with what was approved. Here it is known who has which controller: one
// connection per controller and per address, one packet at a time, the pause between any two, over all runs and places.

const hashBytes = 32;
/** The hash of a connection, which has no bytes. */
const nothing = packetHash(new Uint8Array());
/** How soon a run looks again whether a controller is free. */
const lookMs = 1_000;

type PermitParts = {
  db: Database;
  store: IdentificationStore;
  allowance: Allowances;
  plans: JobPlans;
  clock: () => number;
};

type Asked = Exclude<PermitRequest, { what: 'close' }>;

/** Permits for packets. */
export function permits({ db, store, allowance, plans, clock }: PermitParts) {
  const newId = (): string => Buffer.from(randomBytes(hashBytes / 2)).toString('hex');
  const shaOf = (asked: Asked): string => (asked.what === 'connect' ? nothing : asked.sha256);

  /** Whether it is the packet that was approved at this place, byte by byte but for its open fields, and no repetition. */
  const isApproved = (run: number, plan: Plan, ask: PlannedAsk, asked: Asked): boolean => {
    if (!ask.kinds.includes(asked.kind)) return false;
    const { controller, protocol, what } = asked;
    const before = store.given(run, { controller, protocol, what, sha256: shaOf(asked) });
    if (before.same >= MAX_ATTEMPTS || before.n >= MAX_EXCHANGE_PACKETS) return false;
    if (asked.what === 'connect') return true;
    const planned = ask.packets[asked.place];
    if (planned?.kind !== asked.kind || asked.place < before.place) return false;
    const plain = Buffer.from(asked.hex, 'hex');
    const fields = fieldsIn(planned.parts, plain, secretsOf(plans.credentials(plan)));
    if (fields === undefined) return false;
    // What is proven or hidden afterwards leaves as other bytes; nothing else does.
    return fields.some(({ source }) => source === 'proof') || packetHash(plain) === asked.sha256;
  };

  /** Takes the controller for the run, or says how long to wait; `lapsed` where a connection has lost it. */
  const take = (run: number, target: PlanTarget, asked: Asked): number | 'lapsed' | undefined => {
    const now = clock();
    const gapMs = Math.max(MIN_GAP_MS, allowance.gapOf(target));
    const leaseMs = gapMs + LEASE_MS;
    const names = [`controller ${target.controller}`, `host ${plainAddress(target.host)}`];
    const held = names.map((name) => {
      const row = store.hold(name) ?? { run: null, until: 0, last_at: 0 };
      const [until, last] = [Math.min(row.until, now + leaseMs), Math.min(row.last_at, now)];
      // A clock that was put back holds nothing for longer than it was meant to be.
      if (until < row.until || last < row.last_at) store.setHold(name, { run: row.run, until, last_at: last });
      return { name, by: until > now ? row.run : null, until, last };
    });
    const others = held.filter(({ by }) => by !== null && by !== run);
    if (asked.what === 'send' && asked.kind === 'tcp' && held.some(({ by }) => by !== run)) return 'lapsed';
    if (others.length > 0) return Math.min(lookMs, Math.max(...others.map(({ until }) => until - now)));
    const waitMs = Math.max(...held.map(({ last }) => last + gapMs - now));
    // Who has it and waits for his turn keeps it.
    for (const { name, by, last } of held)
      if (waitMs <= 0 || by === run)
        store.setHold(name, { run, until: now + leaseMs, last_at: waitMs <= 0 ? now : last });
    return waitMs <= 0 ? undefined : waitMs;
  };

  const ask = (id: number, asked: PermitRequest): PermitReply => {
    if (asked.what === 'close') {
      store.letGo(id, clock());
      return { go: false, waitMs: 0 };
    }
    const run = store.run(id);
    const plan = run && store.planOf(run.approval);
    if (plan === undefined) return { go: false, why: 'over' };
    const target = plan.targets.find(({ controller }) => controller === asked.controller);
    const why = allowance.of(id, plan, target);
    if (why !== undefined) return { go: false, why };
    const exchange = target?.asks.find(({ protocol }) => protocol === asked.protocol);
    const { controller, protocol, what, kind } = asked;
    const place = asked.what === 'connect' ? 0 : asked.place;
    const permit = { id: newId(), run: id, controller, protocol, what, kind, place, sha256: shaOf(asked), at: clock() };
    if (target === undefined || exchange === undefined || !isApproved(id, plan, exchange, asked)) {
      store.addPermit({ ...permit, granted: false });
      return { go: false, why: 'outside' };
    }
    const taken = take(id, target, asked);
    if (taken === 'lapsed') return { go: false, why: taken };
    if (taken !== undefined) return { go: false, waitMs: taken };
    store.addPermit({ ...permit, granted: true });
    return { go: true, permit: permit.id };
  };

  return {
    /** What a run may do next; its caller knows that it is the run's own runner. */
    ask: (run: number, asked: PermitRequest): PermitReply => immediate(db, () => ask(run, asked)),
  };
}

export type Permits = ReturnType<typeof permits>;
