import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { TimeReading } from '../../platform/site-clock.ts';
import { type Held, HOLDS } from './types.ts';

// What holds an order back that changes a computer: no window, a window that is closed or too short for it, a clock that was set
// lately, a computer that it stands in for. Handing out and permits ask here, and pages show what it says.

/** The part of a computer's windows that counts here. */
type Opening =
  | { readonly state: 'none' }
  | { readonly state: 'closed'; readonly opensAtMs?: number }
  | { readonly state: 'open'; readonly minutesLeft: number };

/** `BY_HAND`: it stands in for another one, and its agent asks no permit. */
type PairCode = 'PAIR_BUSY' | 'PAIR_ORDER' | 'PAIR_DOWN' | 'BY_HAND';

/** What is to be begun. */
export type Change = {
  /** What it is expected to take. */
  readonly minutes: number;
  /** The upgrade of our agent. */
  readonly isAgent: boolean;
  /** What the agent says that asks for an order. */
  readonly asksPermit?: boolean;
};

/** The package of our agent. */
export const agentPackage = 'sallyport-agent';

/** Why no change of a computer may begin now. */
type Hold =
  | { readonly code: 'NO_WINDOW' }
  | { readonly code: 'WINDOW_CLOSED'; readonly opensAtMs?: number }
  /** It is open, and what is left of it is less than a change is expected to take. */
  | { readonly code: 'WINDOW_SHORT' }
  | { readonly code: 'CLOCK_HELD' }
  /** It stands in for another one that is worked on, or that is not healthy (features/redundancy). */
  | { readonly code: PairCode };

/** `OPEN`: until when, by the window. */
type Gate = Hold | { readonly code: 'OPEN'; readonly untilMs: number };

/** One look at the clock and the windows, for any number of devices. */
export type ChangeGate = () => (device: number, change: Change) => Gate;

export type GateParts = {
  /** The windows of devices at a moment. */
  openAt: (atMs: number) => (device: number) => Opening;
  /** The clock, read anew. */
  time: () => Pick<TimeReading, 'believedMs' | 'heldForMs'>;
  /** What redundancy says of devices now. */
  pairs: () => (device: number, change: Change) => PairCode | undefined;
};

const minuteMs = 60_000;

/** Whether computers may be changed now. */
export const changeGate =
  ({ openAt, time, pairs }: GateParts): ChangeGate =>
  () => {
    const { believedMs, heldForMs } = time();
    const openingOf = openAt(believedMs);
    const pairOf = pairs();
    return (device, change) => {
      const opening = openingOf(device);
      if (opening.state === 'none') return { code: 'NO_WINDOW' };
      if (opening.state === 'closed') return { code: 'WINDOW_CLOSED', ...defined({ opensAtMs: opening.opensAtMs }) };
      if (heldForMs > 0) return { code: 'CLOCK_HELD' };
      if (opening.minutesLeft < change.minutes) return { code: 'WINDOW_SHORT' };
      const pair = pairOf(device, change);
      if (pair !== undefined) return { code: pair };
      return { code: 'OPEN', untilMs: believedMs + opening.minutesLeft * minuteMs };
    };
  };

export const noneHeld: Held['held'] = {
  NO_WINDOW: 0,
  CLOCK_HELD: 0,
  RING_CLOSED: 0,
  BY_HAND: 0,
  PAIR_DOWN: 0,
  PAIR_ORDER: 0,
  PAIR_BUSY: 0,
  WINDOW_CLOSED: 0,
  WINDOW_SHORT: 0,
};

/** What the gate says of a device, or that its ring is not open. */
export type HoldCode = Gate['code'] | 'RING_CLOSED';

/** How many devices are held back by what, and the worst of it; `minutes`: what each is expected to need. */
export const heldBack = (codes: readonly HoldCode[], minutes: number): Held => {
  const held = { ...noneHeld };
  for (const code of codes) if (code !== 'OPEN') held[code] += 1;
  return { gate: HOLDS.find((code) => held[code] > 0) ?? null, held, expectedMinutes: minutes };
};
