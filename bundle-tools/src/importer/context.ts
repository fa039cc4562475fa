import * as z from 'zod';
import { base64, base64Of, hex, id, int, siteName, text, time } from '../documents/fields.ts';

const heldMetadata = z.strictObject({
  root: base64,
  timestamp: base64.optional(),
  snapshot: base64.optional(),
  targets: base64.optional(),
});

const openRequest = z.strictObject({
  requestId: id,
  number: int,
  nonce: base64Of(32),
  /** SHA-256 of the request's envelope before sealing. */
  digest: hex,
  /** The floor that was stored with the request: the reference time of its answer (section 7). */
  floor: time,
});

export const importContextSchema = z.strictObject({
  site: siteName,
  /** Held TUF metadata in base64. */
  trust: heldMetadata,
  openRequests: z.array(openRequest).max(8),
  seq: int,
  seqBroadcast: int,
  /** What was imported before, with the name of its receipt. */
  imported: z.array(z.strictObject({ bundleId: id, receipt: text(1024) })).max(10_000),
  broadcastAllowed: z.boolean(),
  /** At most 180 or what the site shortened it to; the host's policy may shorten it further. */
  graceDays: int.max(3650),
  /** The latest time that is certain. */
  floor: time,
  systemNow: time,
  /** How far beyond the floor the clock is believed; 35 days when absent. */
  allowanceDays: int.max(400).optional(),
  /** A file of sorted, distinct 32-byte digests of the objects in the store (`packDigests`); none = empty store. */
  held: z.string().optional(),
  /** The raw inventory in force, for counting what goes. */
  currentInventory: z.string().optional(),
  /** The operator's reason for `--accept-stale`. */
  acceptStale: text(500).optional(),
  /** States 0-6 only: nothing is written but the prelude. */
  dryRun: z.boolean(),
  /** The folder of objects that are kept in part, across imports; one in staging when absent. */
  partials: z.string().optional(),
  /** Verify every object but keep none: for `sallyport-bundle verify` and the builder's self-check. */
  discard: z.boolean().optional(),
  /** Free space for staging and store; asked of the file system when absent. */
  freeBytes: int.optional(),
  reserveBytes: int,
});

/** Everything the importer knows besides the medium; JSON, since it crosses into a child process. */
export type ImportContext = z.infer<typeof importContextSchema>;
