import { z } from 'zod';

// An upgrade changes which release runs and, with it, the database. Who takes part: `sallyport upgrade` of the new release, which
// may run as root, and the servers of both releases, which alone touch the data directory. What they agree on stands in
// DATA/upgrade.json; which release a start brings is the link `current`. Both change by one rename, so that a process killed
// in between leaves a state from which a start of `current` comes up. Trusted: the folder of releases and the data directory.

/**
 * An attempt that failed. `refused`: its trial found something, and nothing was changed; `ended`: the program of the new release ended
 * before it served; `not-served`: no page came within the time. After the last two the release of before serves again.
 */
const failureSchema = z.object({
  how: z.enum(['refused', 'ended', 'not-served']),
  from: z.string().nullable(),
  to: z.string(),
  /** When it began, ms. */
  at: z.int(),
  /** English, for doctor and the log. */
  reason: z.string(),
  /** Which build of `to` it was; undefined where its program does not say. */
  build: z.string().optional(),
  /** When a person put it aside, ms. */
  aside: z.int().optional(),
});
export type UpgradeFailure = z.infer<typeof failureSchema>;

/**
 * The upgrade that was made last. Releases of other versions read and write it, too: members are added, never changed.
 * `open`: the server of `to` may migrate, the server of `from` puts the database of before back if `to` had it. `done`: `to` has
 * been seen serving. `returned`: `from` serves again.
 */
export const upgradeSchema = z.object({
  format: z.literal('sallyport-upgrade/1'),
  /** The release of before; null where none is kept. */
  from: z.string().nullable(),
  to: z.string(),
  /** When it began, ms. */
  at: z.int(),
  state: z.enum(['open', 'done', 'returned']),
  /** The release whose server has opened its port since. */
  serving: z.string().optional(),
  /** Why it goes or went back. */
  reason: z.string().optional(),
  /** A person asked for the way back. */
  asked: z.boolean().optional(),
  /** The last attempt that failed, until one succeeds. */
  failed: failureSchema.optional(),
});
export type Upgrade = z.infer<typeof upgradeSchema>;

/** What came since a database of before, as counts. */
export type Lost = {
  devices: number;
  reportingDevices: number;
  events: number;
  bundles: number;
  /** Tags that a person gave to devices, or took from them. */
  tags: number;
  settings: number;
  /** Who agreed to what takes two persons, and updates that were approved or declined. */
  approvals: number;
  /** Accounts, roles and tokens that were made, changed or deleted. */
  accounts: number;
  deployments: number;
  exceptions: number;
  /** Everything else that a person made, changed or deleted. */
  others: number;
};
