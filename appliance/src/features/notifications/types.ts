import { z } from 'zod';
import { severities } from '../../engine/events/types.ts';
import { type Shape, time } from '../../platform/shapes.ts';

// Notifications: who has to know is told. A rule says which events and to whom; each person gets one message for a
// window, with counts and the ten worst. What is told is what the person reaches when the event is looked at.

export const NOTIFICATION_RULE = 'notification-rule';
export const NOTIFICATION_MUTE = 'notification-mute';

export type Severity = (typeof severities)[number];
/** The worst is 0. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity);

/** A rule as it is worked with. */
export type NotificationRule = {
  readonly id: string;
  readonly name: string;
  /** The filter of the events' page, as its address has it. */
  readonly query: string;
  readonly accounts: readonly string[];
  readonly roles: readonly string[];
  readonly windowMs: number;
};

/** How many of each severity. */
export type Counts = Readonly<Partial<Record<Severity, number>>>;

/** Of the worst events of a message: its number and the rank of its severity. */
export type WorstEntry = readonly [event: number, rank: number];

const mostWorst = 10;

/** The ten worst of some; of equals the older first. */
export function worstOf(entries: readonly WorstEntry[]): WorstEntry[] {
  return [...entries].sort((a, b) => a[1] - b[1] || a[0] - b[0]).slice(0, mostWorst);
}

/** A message of the inbox. */
export const notificationShape = z.object({
  id: z.int(),
  rule: z.string().describe('Its id'),
  ruleName: z.string(),
  openedAt: time,
  lastAt: time,
  count: z.int(),
  severity: z.enum(severities).describe('The worst of them'),
  counts: z.partialRecord(z.enum(severities), z.int()),
  worst: z.array(z.int()).describe('Numbers of the ten worst events'),
  isRead: z.boolean(),
});
export type Notification = Shape<typeof notificationShape>;

/** What a rule would have sent. */
export const previewShape = z.object({
  days: z.int(),
  events: z.int().describe('Events that its filter finds'),
  isMore: z.boolean().describe('There are more: only the newest were counted'),
  persons: z.array(z.object({ account: z.string(), name: z.string(), events: z.int(), messages: z.int() })),
});
export type Preview = Shape<typeof previewShape>;
