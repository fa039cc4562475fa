import * as z from 'zod';
import { hex, id } from '../documents/fields.ts';
import { limits } from '../documents/limits.ts';
import { manifestSchema } from '../documents/manifest.ts';
import { BundleError, type BundleErrorCode } from '../errors.ts';

/** A warning of section 8; it never stops an import. */
const importWarning = z.enum(['CLOCK_BEHIND', 'CLOCK_SUSPECT', 'STALE', 'KEY_EXPIRES_SOON']);
export type ImportWarning = z.infer<typeof importWarning>;

/** Bytes are base64. */
export const newRoots = z.array(z.strictObject({ version: z.int(), bytes: z.string() })).max(256);
export type NewRoot = z.infer<typeof newRoots>[number];

const roleText = z.strictObject({ root: z.string(), timestamp: z.string(), snapshot: z.string(), targets: z.string() });
const roleInt = z.strictObject({ root: z.int(), timestamp: z.int(), snapshot: z.int(), targets: z.int() });
const volumeNumber = z.int().min(1).max(limits.volumes);

/** What an import found; every list is from signed documents. JSON, since it crosses out of a child process. */
export const verdictSchema = z.strictObject({
  bundleId: id,
  seq: z.int(),
  broadcast: z.boolean(),
  requestId: z.string().optional(),
  manifest: manifestSchema,
  /** SHA-256 of `bundle.dsse.json`: the first subject of the receipt. */
  manifestSha256: hex,
  /** The TUF metadata to hold from now on, base64 by role. */
  trust: roleText,
  newRoots,
  tuf: roleInt,
  /** Expiry by role and of the bundle. */
  expires: roleText.extend({ bundle: z.string() }),
  /** The raw inventory and the policy, as files under the staging folder. */
  inventory: z.strictObject({ sha256: hex, path: z.string(), lines: z.int() }),
  policyPath: z.string(),
  /** Objects that verified in this run and where they lie; those already held are not among them. */
  objects: z.array(z.strictObject({ sha256: hex, size: z.int(), path: z.string() })).max(limits.inventoryLines),
  /** Each volume read: the other subjects of the receipt. Empty for an unpacked folder and a dry run. */
  // The digest of a volume names the file beside it that tells of its way: it must be a digest and nothing else.
  volumes: z.array(z.strictObject({ n: volumeNumber, bytes: z.int(), sha256: hex })).max(limits.volumes),
  /** With `discard`: the digests of what verified in this run, since nothing is kept that could tell. */
  verified: z.array(hex).max(limits.inventoryLines).optional(),
  /** Numbers of the volumes that this source holds. */
  here: z.array(volumeNumber).max(limits.volumes),
  /** Numbers of volumes still to come; while there are any, nothing may be flipped (VOLUMES_MISSING). */
  missingVolumes: z.array(volumeNumber).max(limits.volumes),
  counts: z.strictObject({ new: z.int(), held: z.int(), removed: z.int(), unfulfilled: z.int(), bytes: z.int() }),
  unfulfilled: manifestSchema.shape.unfulfilled,
  warnings: z.array(importWarning),
  /** Set when `--accept-stale` was needed. */
  acceptedStale: z.boolean(),
  newFloor: z.string(),
  /** The bundle was imported before: a no-op; the name of that receipt. Nothing else was checked. */
  alreadyImported: z.strictObject({ receipt: z.string() }).optional(),
});
export type ImportVerdict = z.infer<typeof verdictSchema>;

/** A refusal, with what stays even so: newer roots (D1) and, for INCOMPLETE, the objects to ask for. */
export class ImportRefusal extends BundleError {
  readonly newRoots: readonly NewRoot[];
  readonly missing: readonly string[];

  constructor(
    code: BundleErrorCode,
    message: string,
    options: { cause?: unknown; newRoots?: readonly NewRoot[]; missing?: readonly string[] } = {},
  ) {
    super(code, message, options);
    this.name = 'ImportRefusal';
    this.newRoots = options.newRoots ?? [];
    this.missing = options.missing ?? [];
  }
}

/** Progress of a running import. */
export const importProgress = z.strictObject({
  state: z.enum(['open', 'prelude', 'tuf', 'signed', 'bound', 'space', 'objects', 'tail', 'complete']),
  /** Bytes of objects read so far, and in all. */
  doneBytes: z.int(),
  totalBytes: z.int(),
  volume: z.int().optional(),
  /** How many volumes the bundle has. */
  volumes: z.int().optional(),
});
export type ImportProgress = z.infer<typeof importProgress>;
