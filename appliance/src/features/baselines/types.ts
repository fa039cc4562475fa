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

import type { Change, Difference } from '../../engine/inventory/types.ts';
import type { Filter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';

type BaselineScope = 'device' | 'group';

export type Baseline = {
  id: string;
  name: string;
  revision: number;
  scope: BaselineScope;
  /** Public id. */
  device: string | null;
  group: string | null;
  reference: string | null;
  collections: readonly string[];
  allowed: readonly string[];
  /** ms */
  approvedAt: number;
  expiresAt: number | null;
  content: number;
  contentHash: string;
  accepted: readonly number[];
  /** Of the newest revision. */
  updatedAt: number;
};

export type BaselineSummary = Baseline & {
  /** Open deviations, and the devices that have some. */
  deviations: number;
  deviating: number;
  /** Items or rows expected, by collection. */
  counts: Readonly<Record<string, number>>;
};

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

export type Acceptance = {
  id: number;
  baseline: string;
  device: number | null;
  collection: string;
  title: string | null;
  reason: string;
  actor: string;
  at: number;
  expiresAt: number | null;
};

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
  scope: BaselineScope;
};

/** One thing that is expected. */
export type BaselineEntry = {
  /** `#<number>` of an item of the site, or the key of a row. */
  key: string;
  /** Null where it is personal. */
  title: string | null;
  /** Personal ones are null. */
  values: Readonly<Record<string, unknown>>;
};

export type EntryPage = { total: number; rows: BaselineEntry[] };

export type BaselineEdit = {
  collection: string;
  /** Keys of entries. */
  remove: readonly string[];
  /** Items of the site, of a shared collection. */
  addItems: readonly number[];
  /** Rows as a device reports them, of another collection. */
  addRows: readonly { device: string; key: string }[];
  /** Why; goes into the revision. */
  comment: string;
};

export const deviceBaselineId = (publicId: string): string => `device:${publicId}`;

export const groupBaselineId = (group: string): string => `group:${group}`;
