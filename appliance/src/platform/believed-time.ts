import { correctionMs } from '@sallyport/bundle-tools/importer/clock';

// What counts as the time, of a clock that cannot be trusted: section "Clock" of the bundle format, decision 091. Pure: rows, boots
// and clocks come in, the next state goes out.

/** What is kept of the time. All in milliseconds. */
export type TimeState = {
  /** The latest time that is certain. */
  readonly floorMs: number;
  /** The latest time that counted; what counts never falls below it. */
  readonly reachedMs: number;
  /** How long the appliance has run in all, by its boot clocks. */
  readonly ranMs: number;
  readonly bootId: string;
  readonly bootMs: number;
  /** The wall clock as it was read last; null before the first time. */
  readonly wallMs: number | null;
  /** `ranMs` when the clock was last seen to step or was in doubt; null: never. */
  readonly steppedMs: number | null;
};

/** The clocks as they stand. */
export type Clocks = {
  readonly wallMs: number;
  readonly bootId: string;
  /** Since this boot, sleep included; no clock that is set moves it. */
  readonly bootMs: number;
  /** `bootMs` when this program began: of a state of another boot, only what ran since is known. */
  readonly openedMs: number;
};

export type TimeDoubt = 'CLOCK_BEHIND' | 'CLOCK_SUSPECT';

/** A clock may run fast by so much and the floor still not pass it. */
const certainShare = 0.999;
/** A time that counted and is taken back again is not stood at: time goes on at half its pace until the clock is there. */
const heldBackShare = 0.5;
/** Further from what ran meanwhile than so, the wall clock was set: it did not only drift. */
const stepForwardMs = 5 * 60_000;
const stepBackMs = 60_000;
/** After a step the clock goes evenly for so long before anything is begun by it. */
const steadyAfterMs = 10 * 60_000;

/** What is wrong with the clock; undefined: it is believed. */
export const doubtOf = (floorMs: number, wallMs: number, allowanceMs: number): TimeDoubt | undefined => {
  if (wallMs < floorMs - correctionMs) return 'CLOCK_BEHIND';
  return wallMs > floorMs + allowanceMs ? 'CLOCK_SUSPECT' : undefined;
};

/** The clock where it is between the floor and the allowance, else the floor. */
export const believedOf = (floorMs: number, wallMs: number, allowanceMs: number): number =>
  wallMs > floorMs + allowanceMs ? floorMs : Math.max(floorMs, wallMs);

/** Whether the wall clock was set since it was read last. What an appliance was off for is not known, so it counts as a step. */
const hasStepped = (wasMs: number | null, wallMs: number, elapsedMs: number): boolean => {
  const driftMs = wasMs === null ? 0 : wallMs - wasMs - elapsedMs;
  return driftMs > stepForwardMs || driftMs < -stepBackMs;
};

/** For how long nothing may be begun by the clock: 0 where it has gone evenly for long enough. */
export const heldForMs = ({ ranMs, steppedMs }: Pick<TimeState, 'ranMs' | 'steppedMs'>): number =>
  steppedMs === null ? 0 : Math.max(0, steppedMs + steadyAfterMs - ranMs);

/**
 * The state as the clocks now have it. The floor rises by what the boot clock ran and by nothing else; what counts follows the
 * clock while that is believed, and the boot clock while it is not.
 */
export const advance = (state: TimeState, clocks: Clocks, allowanceMs: number): TimeState => {
  const since = state.bootId === clocks.bootId ? state.bootMs : clocks.openedMs;
  const elapsedMs = Math.max(0, clocks.bootMs - since);
  const floorMs = state.floorMs + Math.floor(elapsedMs * certainShare);
  const isDoubtful = doubtOf(floorMs, clocks.wallMs, allowanceMs) !== undefined;
  const share = isDoubtful ? certainShare : heldBackShare;
  const ranMs = state.ranMs + elapsedMs;
  return {
    floorMs,
    reachedMs: Math.max(
      state.reachedMs + Math.floor(elapsedMs * share),
      believedOf(floorMs, clocks.wallMs, allowanceMs),
    ),
    ranMs,
    bootId: clocks.bootId,
    bootMs: Math.max(clocks.bootMs, since),
    wallMs: clocks.wallMs,
    steppedMs: isDoubtful || hasStepped(state.wallMs, clocks.wallMs, elapsedMs) ? ranMs : state.steppedMs,
  };
};
