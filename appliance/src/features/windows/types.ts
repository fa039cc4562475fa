import type { CivilDay } from '../../platform/civil-time.ts';

// Windows: when something may be worked on, and when not.

export type DayRule =
  | { readonly type: 'once'; readonly day: CivilDay; readonly days: number }
  | { readonly type: 'daily' }
  | { readonly type: 'weekly'; readonly weekdays: readonly number[] }
  | { readonly type: 'every-weeks'; readonly weeks: number; readonly from: CivilDay }
  /** Nth weekday of the month; 5 is the last. */
  | { readonly type: 'nth'; readonly nths: readonly number[]; readonly weekday: number }
  | { readonly type: 'month-day'; readonly monthDay: number }
  | { readonly type: 'month-end' };

export type Recurrence = {
  readonly rule: DayRule;
  /** Months that count, from 1; empty: all. */
  readonly months: readonly number[];
  /** Minutes of the day; `until` beyond 1440 is the next day. */
  readonly from: number;
  readonly until: number;
};

export const WINDOW_FOR = ['controllers', 'computers', 'both'] as const;

export type MaintenanceWindow = {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly recurrence: Recurrence;
  /** IANA name; empty: that of the site. */
  readonly timeZone: string;
  readonly for: (typeof WINDOW_FOR)[number];
  /** Of controllers; without zones and controllers all of them. */
  readonly zones: readonly string[];
  readonly controllers: readonly string[];
  /** Of computers, ids; without groups and devices all of them. */
  readonly groups: readonly string[];
  readonly devices: readonly string[];
  readonly leadDays: number;
  readonly processOwner: string;
  readonly blackout: boolean;
};

/** A controller, and its zone by id and by name. */
export type Place = { readonly controller: string; readonly zones: readonly string[] };

/** Whether a computer may be changed at a moment. `none`: no window is meant for it. */
export type Opening =
  | { readonly state: 'none'; readonly minutesLeft: 0 }
  | {
      readonly state: 'closed';
      /** The window that opens next, and when; absent where none does within 400 days. */
      readonly windowId?: string;
      readonly opensAtMs?: number;
      readonly minutesLeft: 0;
    }
  | {
      readonly state: 'open';
      readonly windowId: string;
      /** Absent where no end is within 31 days. */
      readonly endsAtMs?: number;
      /** Whole minutes until then. */
      readonly minutesLeft: number;
    };
