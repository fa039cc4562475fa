// Baselines: what a device or a group was approved to hold, and what differs now.
//
// A baseline is an object: each approval and each accepted deviation is a revision of it, so who, when, why and the hash
// of the content are in the audit chain, and going back to a revision goes back to what it expected. The content itself
// is kept small: of shared collections the packed ids of the items, of own ones keyed digests of the rows beside the rows
// with personal values encrypted. For each collection of a device the nearest baseline counts: its own, then that of its
// group, then of the groups above.
//
// Deviations are found when a section changes, in the same transaction, and for whole devices when something else moves
// what is expected. The law: the open deviations of a device are what its sections hold more, less or otherwise than is
// expected. A group's baseline says what all have; what is accepted for a whole group may be there or not.

import { z } from 'zod';
import type { Change, Difference } from '../../engine/inventory/types.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { comment, type DeepReadonly, deviceId, type Shape, time } from '../../platform/shapes.ts';

export const baselineSchema = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(['device', 'group']),
  device: z.string().nullable(),
  group: z.string().nullable(),
  reference: z.string().nullable().describe('The device whose content a group was given'),
  revision: z.int(),
  collections: z.array(z.string()),
  allowed: z.array(z.string()).describe('Exceptions: collection and title, * for any text'),
  approvedAt: time,
  expiresAt: time.nullable(),
  contentHash: z.string().describe('SHA-256 over the content and what was accepted'),
  counts: z.record(z.string(), z.int()).describe('What is expected, by collection'),
  deviations: z.int().describe('Open ones'),
  deviating: z.int().describe('Devices with open ones'),
});
type Counted = 'counts' | 'deviations' | 'deviating';
export type Baseline = Omit<Shape<typeof baselineSchema>, Counted> & {
  readonly content: number;
  readonly accepted: readonly number[];
  /** Of the newest revision. */
  readonly updatedAt: number;
};

export type BaselineSummary = Baseline & Pick<Shape<typeof baselineSchema>, Counted>;

export type ApproveOptions = {
  collections: readonly string[];
  /** A group's: public id of the device to take the content of; none: what is approved already stays, with its acceptances. */
  reference?: string;
  allowed?: readonly string[];
  /** ms */
  expiresAt?: number | null;
  comment?: string;
};

export type Outcome = 'gone' | 'accepted' | 'approved' | 'uncovered';

export type Deviation = {
  id: number;
  baseline: string;
  device: number;
  collection: string;
  operation: Difference['operation'];
  title: string | null;
  /** With its values, personal ones null. */
  change: Change;
  since: number;
  until: number | null;
  outcome: Outcome | null;
  acceptance: Acceptance | null;
  workOrder: { text: string; actor: string; at: number } | null;
};

export const acceptanceSchema = z.object({
  id: z.int(),
  collection: z.string(),
  title: z.string().nullable(),
  at: time,
  actor: z.string(),
  reason: z.string(),
  expiresAt: time.nullable(),
});
export type Acceptance = Shape<typeof acceptanceSchema> & { readonly baseline: string; readonly device: number | null };

export const deviationStates = ['open', 'closed', 'all'] as const;
export const operations = ['added', 'removed', 'changed'] as const;

export type DeviationQuery = {
  /** Of devices in reach. */
  scope: Scope;
  /** In the language of deviations; open ones where it does not ask for a state. */
  filter?: Filter | undefined;
  /** These, of this device, of collections that may be read: what code asks. */
  ids?: readonly number[];
  device?: number;
  collection?: readonly string[];
  /** Id of the last row of the page before. */
  after?: number | undefined;
  limit: number;
};

export type AcceptOptions = {
  reason: string;
  /** ms; from then on it is a deviation again. */
  expiresAt?: number | null;
  /** Whether it holds for the device alone, or for the whole group where the baseline is a group's. */
  scope: Baseline['scope'];
};

/** One thing that is expected. */
export const baselineEntry = z.object({
  key: z.string().describe('`#<number>` of an item of the site, or the key of a row'),
  title: z.string().nullable().describe('Null where it is personal'),
  values: z.record(z.string(), z.unknown()),
});
export type BaselineEntry = Shape<typeof baselineEntry>;

export type EntryPage = { total: number; rows: BaselineEntry[] };

export const baselineEdit = z.strictObject({
  collection: z.string().max(64),
  remove: z.array(z.string().max(80)).max(1_000).default([]),
  addItems: z.array(z.int().min(1)).max(1_000).default([]),
  addRows: z
    .array(z.strictObject({ device: deviceId, key: z.string().max(80) }))
    .max(1_000)
    .default([]),
  comment: comment.describe('Why; goes into the revision'),
});
export type BaselineEdit = DeepReadonly<z.output<typeof baselineEdit>>;

export const deviceBaselineId = (publicId: string): string => `device:${publicId}`;

export const groupBaselineId = (group: string): string => `group:${group}`;
