// A rollout as CONTROL §4 tells it, device by device: written without a look at the engine, as its judge. Nothing is
// counted ahead; every number is found anew by a walk over the story of every device.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What a ring allows. */
export type SimulatedLimits = {
  daysBetween: number;
  soakHours: number;
  minReachedPercent: number;
  minVerifiedPercent: number;
  maxFailures: number | null;
  maxFailuresPercent: number;
  maxLost: number;
  patienceDays: number;
};

export type SimulatedState = 'closed' | 'open' | 'soaking' | 'passed' | 'failed' | 'held' | 'stopped';

/** What happened to one device; `out` once a person has resumed over its failure. */
type Story = {
  ring: number;
  visibilityMs: number;
  timeoutMs: number;
  handedAt?: number;
  installedAt?: number;
  failed?: boolean;
  verified?: boolean;
  heardAt?: number;
  out?: boolean;
};

type Ring = { limits: SimulatedLimits; state: SimulatedState; openedAt: number; soakingAt: number };

type SimulatedMember = { ring: number; visibilityMs: number; timeoutMs: number };

/** A rollout that begins at `baseAtMs`; rings and members count from 0 here. */
export const simulatedRollout = (limits: SimulatedLimits[], members: SimulatedMember[], baseAtMs: number) => {
  const stories: Story[] = members.map((member) => ({ ...member }));
  const rings: Ring[] = limits.map((one) => ({ limits: one, state: 'closed', openedAt: 0, soakingAt: 0 }));

  const atWork = (one: Story): boolean => one.handedAt !== undefined && !one.failed && one.installedAt === undefined;
  const isFailure = (one: Story, nowMs: number): boolean =>
    one.failed === true || (one.installedAt !== undefined && !one.verified && nowMs > one.installedAt + 48 * hourMs);
  const isLost = (one: Story, nowMs: number): boolean => {
    if (atWork(one)) return nowMs > (one.handedAt ?? 0) + one.timeoutMs + dayMs;
    return one.installedAt !== undefined && nowMs >= (one.heardAt ?? 0) + one.visibilityMs;
  };
  const count = (ring: number, is: (one: Story) => boolean): number =>
    stories.filter((one) => one.ring === ring && !one.out && is(one)).length;

  /** The state that follows at once from that of `ring`, or the same. */
  const next = (index: number, nowMs: number): SimulatedState => {
    const { limits: limit, state, openedAt, soakingAt } = rings[index] as Ring;
    const before = rings[index - 1];
    if (state === 'closed') {
      const isDue = nowMs >= baseAtMs + index * limit.daysBetween * dayMs;
      return isDue && (before === undefined || before.state === 'passed') ? 'open' : 'closed';
    }
    if (state !== 'open' && state !== 'soaking') return state;
    const all = count(index, () => true);
    if (all === 0) return 'held';
    const failures = count(index, (one) => isFailure(one, nowMs));
    const lost = count(index, (one) => isLost(one, nowMs));
    if (failures > Math.floor((all * limit.maxFailuresPercent) / 100)) return 'failed';
    if (limit.maxFailures !== null && failures > limit.maxFailures) return 'failed';
    if (lost > limit.maxLost) return 'failed';
    const reached = count(index, (one) => one.handedAt !== undefined);
    const working = count(index, (one) => atWork(one) && !isLost(one, nowMs));
    const verified = count(index, (one) => one.verified === true && !isFailure(one, nowMs) && !isLost(one, nowMs));
    const unconfirmed = count(index, (one) => one.installedAt !== undefined && !one.verified && !isFailure(one, nowMs));
    if (state === 'open') {
      const isReached = reached > 0 && reached * 100 >= all * limit.minReachedPercent;
      if (isReached) return working === 0 ? 'soaking' : 'open';
      return nowMs >= openedAt + limit.patienceDays * dayMs ? 'held' : 'open';
    }
    if (nowMs < soakingAt + limit.soakHours * hourMs) return 'soaking';
    // Those who may still be lost or fail have no verdict yet.
    if (working > 0) return 'soaking';
    if (unconfirmed > 0) return 'soaking';
    // Who was not heard since the soak was over may be dead, which is not known yet.
    const isSilent = (one: Story): boolean =>
      one.installedAt !== undefined && !isLost(one, nowMs) && (one.heardAt ?? 0) < soakingAt + limit.soakHours * hourMs;
    if (count(index, isSilent) > 0) return 'soaking';
    return verified > 0 && verified * 100 >= reached * limit.minVerifiedPercent ? 'passed' : 'held';
  };

  const enter = (ring: Ring, state: SimulatedState, nowMs: number): void => {
    ring.state = state;
    if (state === 'open') ring.openedAt = nowMs;
    if (state === 'soaking') ring.soakingAt = nowMs;
  };
  /** A ring waits for a person, or the rollout was taken back. */
  const stands = (): boolean => rings.some(({ state }) => ['failed', 'held', 'stopped'].includes(state));
  const story = (device: number): Story => stories[device] as Story;

  return {
    /** The clock is looked at: every ring takes the steps that are due, in order, until none is. */
    look: (nowMs: number): void => {
      for (let moved = true; moved; ) {
        moved = false;
        for (const [index, ring] of rings.entries()) {
          const state = next(index, nowMs);
          if (state === ring.state) continue;
          enter(ring, state, nowMs);
          moved = true;
        }
      }
    },
    mayHand: (device: number): boolean =>
      !stands() &&
      ['open', 'soaking', 'passed'].includes((rings[story(device).ring] as Ring).state) &&
      story(device).handedAt === undefined,
    hand: (device: number, nowMs: number): void => {
      Object.assign(story(device), { handedAt: nowMs, heardAt: nowMs });
    },
    installed: (device: number, nowMs: number): void => {
      Object.assign(story(device), { installedAt: nowMs, heardAt: nowMs });
    },
    failed: (device: number, nowMs: number): void => {
      Object.assign(story(device), { failed: true, heardAt: nowMs });
    },
    verified: (device: number, nowMs: number): void => {
      Object.assign(story(device), { verified: true, heardAt: nowMs });
    },
    heard: (device: number, nowMs: number): void => {
      story(device).heardAt = nowMs;
    },
    /** What failed or was lost leaves the numbers, and the ring is opened anew; false where no device would be left in it. */
    resume: (nowMs: number): boolean => {
      for (const [index, ring] of rings.entries()) {
        if (ring.state !== 'failed' && ring.state !== 'held') continue;
        const bad = (one: Story): boolean => isFailure(one, nowMs) || isLost(one, nowMs);
        if (ring.openedAt !== 0 && count(index, (one) => !bad(one)) === 0) return false;
        for (const one of stories) if (one.ring === index && bad(one)) one.out = true;
        enter(ring, ring.openedAt === 0 ? 'closed' : 'open', nowMs);
      }
      return true;
    },
    /** A person holds the ring that is at work, else the next one. */
    hold: (nowMs: number): void => {
      const ring =
        rings.find(({ state }) => state === 'open' || state === 'soaking') ??
        rings.find(({ state }) => state === 'closed');
      if (ring !== undefined && !stands()) enter(ring, 'held', nowMs);
    },
    pass: (nowMs: number): void => {
      for (const ring of rings) if (ring.state === 'failed' || ring.state === 'held') enter(ring, 'passed', nowMs);
    },
    stop: (nowMs: number): void => {
      for (const ring of rings) if (ring.state !== 'passed') enter(ring, 'stopped', nowMs);
    },
    states: (): SimulatedState[] => rings.map(({ state }) => state),
  };
};
