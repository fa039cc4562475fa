import type { UnreadAnnouncements } from '../announcements/announcements.tsx';
import type { ExchangeTrip } from '../components/exchange-diagram.tsx';
import type { KeyDate } from '../components/key-dates.tsx';
import type { Ctx } from '../context.ts';
import type { NotFilledRow } from '../exchange/not-filled.tsx';
import type { Decision, EventSeverity, Message, When } from '../model.ts';

export type OverviewProps = {
  readonly ctx: Ctx;
  readonly checkedAt: When;
  readonly devices: {
    readonly total: number;
    readonly critical: number;
    readonly warning: number;
    readonly notVisible: number;
    readonly ok: number;
    /** Waiting for approval, held as a possible clone. */
    readonly pending: number;
    readonly notVisibleHours: number;
  };
  readonly unread?: UnreadAnnouncements | undefined;
  /** For a second person, of what the reader may see. */
  readonly waiting: number;
  /** Devices of which all, or some, is judged by no feed. */
  readonly notJudged: { readonly wholly: number; readonly partly: number };
  readonly act: { readonly findings: number; readonly devices: number };
  readonly updatesNeeded: number;
  readonly exchange: {
    readonly trips: readonly ExchangeTrip[];
    readonly nextNumber: number;
    /** Trust is not imported or no site card is out yet: says what to do first. */
    readonly setup?: 'no-trust' | 'no-request';
    readonly left?: {
      readonly number: number;
      readonly at: When;
      readonly wants: number;
      readonly feeds: number;
      readonly bytes: number;
    };
    readonly onTheWay?: { readonly number: number; readonly since: When };
    readonly came?: {
      readonly seq: number;
      readonly at: When;
      readonly receipt: number;
      readonly advisories: number;
      readonly updates: number;
      readonly bytes: number;
      readonly unfulfilled: number;
    };
  };
  readonly decisions: readonly {
    readonly decision: Decision;
    readonly findings: number;
    readonly devices: number;
    readonly available: number;
    readonly none: number;
    readonly undetermined: number;
  }[];
  /** Act and Attend, open, per day, oldest first; fewer than two values are not drawn. */
  readonly trend: readonly number[];
  readonly knowledge: readonly {
    readonly feed: string;
    readonly ageDays: number | null;
    readonly limitDays: number;
    readonly goneSince?: string | undefined;
  }[];
  /** What the last answer did not bring. */
  readonly notFilled: readonly NotFilledRow[];
  readonly running: readonly {
    readonly id: string;
    readonly name: string;
    readonly done: number;
    readonly total: number;
    readonly failed: number;
  }[];
  readonly events: readonly {
    readonly id: number;
    readonly at: When;
    readonly severity: EventSeverity;
    readonly message: Message;
    readonly device?: { readonly id: string; readonly name: string };
  }[];
  readonly eventsSince: When;
  /** Absent: there are none. */
  readonly controllers?: {
    readonly total: number;
    readonly warning: number;
    readonly critical: number;
    /** Zones with controllers, the worst first. */
    readonly zones: readonly {
      readonly id: string;
      readonly name: string;
      readonly controllers: number;
      readonly health: 'critical' | 'warning' | 'ok';
      /** What is wrong with the worst of them. */
      readonly reason?: Message;
      readonly abnormal: number;
    }[];
  };
  /** Trust that runs out. */
  readonly keyDates?: readonly KeyDate[];
};
