import { z } from 'zod';
import { type Shape, textTime } from '../../platform/shapes.ts';

// Redundant computers: of a group one member at a time is worked on, and only while enough of the others are healthy.

export type Member = {
  readonly device: number;
  readonly publicId: string;
  readonly name: string;
  /** Managed, and heard within its visibility time; what is not known is no. */
  readonly isHeard: boolean;
  /** From its permit until its last step was verified and its soak is over. */
  readonly isBusy: boolean;
  /** Two persons took it out until a time: it is neither waited for nor counted. */
  readonly isExcused: boolean;
  /** An order waits that may go out as far as its ring says. */
  readonly isWaiting: boolean;
};

export type RedundancyGroup = {
  readonly id: string;
  readonly name: string;
  readonly minAvailable: number;
  /** Public ids of members that go before all others, one after the other; the standby is named first. */
  readonly order: readonly string[];
  readonly members: readonly Member[];
};

/**
 * Why no work may begin on a member. `PAIR_BUSY`: another one is worked on; `PAIR_ORDER`: one that goes before it waits for its order;
 * `PAIR_DOWN`: too few of the others are healthy.
 */
export type PairHold = {
  readonly code: 'PAIR_BUSY' | 'PAIR_ORDER' | 'PAIR_DOWN';
  readonly group: string;
  /** The member that it waits for. */
  readonly other: string;
};

/** What two persons agree to of an excuse. */
export const EXCUSED_FIELDS = ['group', 'device', 'until', 'reason'] as const;

export const excuseSchema = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string(),
  device: z.string(),
  until: textTime,
  reason: z.string(),
  by: z.string().describe('`type:id` of who saved it last'),
  at: textTime,
  agreedBy: z.string().nullable().describe('`type:id` of who agreed; null: it waits for a second person'),
});
export type Excuse = Shape<typeof excuseSchema>;
