import { BundleError } from '@sallyport/bundle-tools/errors';
import { bootId, bootMs, nowMs, steadyMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import {
  advance,
  believedOf,
  type Clocks,
  doubtOf,
  heldForMs,
  type TimeDoubt,
  type TimeState,
} from './believed-time.ts';
import { type Database, within } from './database.ts';
import { statements } from './statements.ts';

// The clock of the appliance: everything that is stamped or ends takes `now`. The wall clock is for second factors and for showing
// what is wrong with it; the time that the appliance has run is for sessions (test/architecture/clocks.test.ts).

/** What is read of the clocks; tests set them. */
export type ClockSources = {
  readonly wallMs: () => number;
  readonly bootMs: () => number;
  readonly bootId: () => string;
  /** A clock of this process that only goes on. */
  readonly steadyMs: () => number;
};

const systemClocks: ClockSources = { wallMs: nowMs, bootMs, bootId, steadyMs };

/** The time as one reading of everything. */
export type TimeReading = {
  readonly wallMs: number;
  /** The latest time that is certain. */
  readonly floorMs: number;
  /** The latest time that a clock is believed. */
  readonly ceilingMs: number;
  readonly believedMs: number;
  /** What counts: the believed time, never below one that counted. */
  readonly nowMs: number;
  readonly doubt: TimeDoubt | undefined;
  /** For how long no change may be begun: the clock was set, or was in doubt, and has to go evenly first. */
  readonly heldForMs: number;
};

export type SiteClock = {
  /** What counts as the time, in ms. */
  now(): number;
  /** The same as far as it was read last: for SQL, in which nothing else can be read. */
  glance(): number;
  /** How long the appliance has run in all, in ms. */
  ran(): number;
  wall(): number;
  /** `isFresh`: with what another process wrote in the last second, for an act that rests on it. */
  read(isFresh?: boolean): TimeReading;
  doubt(): TimeDoubt | undefined;
  /** CLOCK_BEHIND, CLOCK_SUSPECT while the clock is in doubt: nothing is imported, begun or approved until an end then. */
  assertCertain(): void;
  /** Writes down how far the time is: each minute, at start and stop. */
  keep(): void;
  /**
   * A person said what time it is, or a signed document did: the floor. `isBack`: what counted since does not count any more. In the
   * caller's transaction.
   */
  setFloor(floorMs: number, isBack?: boolean): void;
};

/** What is wrong with the clock and what to do, in one sentence with both times. */
export const doubtText = ({ wallMs, floorMs, ceilingMs }: TimeReading, doubt: TimeDoubt): string =>
  doubt === 'CLOCK_BEHIND'
    ? `the clock says ${toTime(wallMs)}, and it is certainly not before ${toTime(floorMs)}: set the clock, or see sallyport clock back`
    : `the clock says ${toTime(wallMs)}; it was certainly ${toTime(floorMs)}, and beyond ${toTime(ceilingMs)} it is not believed: set the clock, or see sallyport clock agree`;

type Row = {
  floor: string;
  reached: number;
  ranMs: number;
  bootId: string;
  bootMs: number;
  timeSet: number;
  wall: number | null;
  stepped: number | null;
};

const latest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/** What another process wrote is seen after so long. */
const rereadMs = 1_000;

const tables = (db: Database) => {
  const sql = statements(db);
  return {
    read: sql.get<[], Row>(
      `select floor, reached, ran_ms as ranMs, boot_id as bootId, boot_ms as bootMs, time_set as timeSet, wall, stepped
       from exchange_state where id = 1`,
    ),
    keep: sql.run<[row: Omit<Row, 'timeSet'>]>(
      `update exchange_state set floor = @floor, reached = @reached, ran_ms = @ranMs, boot_id = @bootId, boot_ms = @bootMs,
       wall = @wall, stepped = @stepped where id = 1`,
    ),
    count: sql.run<[]>('update exchange_state set time_set = time_set + 1 where id = 1'),
  };
};

/** The clock over a database. Before a site is made the wall clock is the time. */
export const siteClock = (parts: {
  db: Database;
  /** Build time of the release: the floor is never before it. */
  releasedAt: string | undefined;
  allowanceMs: () => number;
  sources?: ClockSources;
}): SiteClock => {
  const { db, allowanceMs } = parts;
  const sources = parts.sources ?? systemClocks;
  const store = tables(db);
  const releasedMs = parts.releasedAt === undefined ? 0 : Date.parse(parts.releasedAt);
  const boot = sources.bootId();
  const openedMs = sources.bootMs();
  let anchor = { steadyMs: sources.steadyMs(), bootMs: openedMs };
  let held: { state: TimeState; timeSet: number } | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let allowance = 0;

  const clocks = (): Clocks => ({
    wallMs: sources.wallMs(),
    bootId: boot,
    bootMs: anchor.bootMs + Math.max(0, Math.round(sources.steadyMs() - anchor.steadyMs)),
    openedMs,
  });

  const stateOf = (row: Row): TimeState => ({
    floorMs: Math.max(Date.parse(row.floor), releasedMs),
    reachedMs: row.reached,
    ranMs: row.ranMs,
    bootId: row.bootId,
    bootMs: row.bootMs,
    wallMs: row.wall,
    steppedMs: row.stepped,
  });

  const later = (a: TimeState, b: TimeState): TimeState => ({
    ...a,
    floorMs: Math.max(a.floorMs, b.floorMs),
    reachedMs: Math.max(a.reachedMs, b.reachedMs),
    ranMs: Math.max(a.ranMs, b.ranMs),
    steppedMs: latest(a.steppedMs, b.steppedMs),
  });

  /** The state now; another process is asked for what it wrote once a second. */
  const current = (isFresh = false): TimeState | undefined => {
    const steady = sources.steadyMs();
    if (isFresh || held === undefined || steady - readAtMs >= rereadMs) {
      readAtMs = steady;
      anchor = { steadyMs: steady, bootMs: Math.max(clocks().bootMs, sources.bootMs()) };
      const row = store.read();
      if (row === undefined) return undefined;
      allowance = allowanceMs();
      const read = advance(stateOf(row), clocks(), allowance);
      const known = held?.timeSet === row.timeSet ? advance(held.state, clocks(), allowance) : read;
      held = { state: later(read, known), timeSet: row.timeSet };
    } else held = { ...held, state: advance(held.state, clocks(), allowance) };
    return held.state;
  };

  const write = (state: TimeState): void =>
    store.keep({
      // Whole seconds, downwards: the floor is what is certain.
      floor: toTime(state.floorMs),
      reached: state.reachedMs,
      ranMs: state.ranMs,
      bootId: state.bootId,
      bootMs: state.bootMs,
      wall: state.wallMs,
      stepped: state.steppedMs,
    });

  const read = (isFresh = false): TimeReading => {
    const state = current(isFresh);
    const wallMs = sources.wallMs();
    if (state === undefined)
      return {
        wallMs,
        floorMs: 0,
        ceilingMs: wallMs,
        believedMs: wallMs,
        nowMs: wallMs,
        doubt: undefined,
        heldForMs: 0,
      };
    return {
      wallMs,
      floorMs: state.floorMs,
      ceilingMs: state.floorMs + allowance,
      believedMs: believedOf(state.floorMs, wallMs, allowance),
      nowMs: state.reachedMs,
      doubt: doubtOf(state.floorMs, wallMs, allowance),
      heldForMs: heldForMs(state),
    };
  };

  return {
    now: () => current()?.reachedMs ?? sources.wallMs(),
    glance: () => (held === undefined ? sources.wallMs() : advance(held.state, clocks(), allowance).reachedMs),
    ran: () => current()?.ranMs ?? 0,
    wall: sources.wallMs,
    read,
    doubt: () => read().doubt,
    assertCertain: () => {
      const found = read(true);
      if (found.doubt !== undefined) throw new BundleError(found.doubt, doubtText(found, found.doubt));
    },
    keep: () =>
      within(db, () => {
        const state = current(true);
        if (state !== undefined) write(state);
      }),
    setFloor: (floorMs, isBack = false) =>
      within(db, () => {
        const state = current(true);
        if (state === undefined) return;
        const next = advance(
          {
            ...state,
            floorMs: isBack ? Math.max(floorMs, releasedMs) : Math.max(state.floorMs, floorMs),
            reachedMs: isBack ? floorMs : state.reachedMs,
            // Who sets the time back has looked at the clock.
            ...(isBack ? { wallMs: null, steppedMs: null } : {}),
          },
          clocks(),
          allowance,
        );
        write(next);
        store.count();
        held = undefined;
      }),
  };
};
