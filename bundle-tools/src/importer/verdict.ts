import type { TufVersions } from '../documents/fields.ts';
import type { Manifest } from '../documents/manifest.ts';
import { BundleError, type BundleErrorCode } from '../errors.ts';

/** A warning of section 8; it never stops an import. */
export type ImportWarning = 'CLOCK_BEHIND' | 'CLOCK_SUSPECT' | 'STALE' | 'KEY_EXPIRES_SOON';

export type NewRoot = { version: number /** base64 */; bytes: string };

type ImportCounts = { new: number; held: number; removed: number; unfulfilled: number; bytes: number };

/** What an import found; every list is from signed documents. JSON, since it crosses out of a child process. */
export type ImportVerdict = {
  bundleId: string;
  seq: number;
  broadcast: boolean;
  requestId?: string;
  manifest: Manifest;
  /** SHA-256 of `bundle.dsse.json`: the first subject of the receipt. */
  manifestSha256: string;
  /** The TUF metadata to hold from now on, base64 by role. */
  trust: { root: string; timestamp: string; snapshot: string; targets: string };
  newRoots: NewRoot[];
  tuf: TufVersions;
  /** Expiry by role and of the bundle. */
  expires: { root: string; timestamp: string; snapshot: string; targets: string; bundle: string };
  /** The raw inventory and the policy, as files under the staging folder. */
  inventory: { sha256: string; path: string; lines: number };
  policyPath: string;
  /** Objects that verified in this run and where they lie; those already held are not among them. */
  objects: { sha256: string; size: number; path: string }[];
  /** With `discard`: the digests of what verified in this run, since nothing is kept that could tell. */
  verified?: string[];
  /** Each volume read: the other subjects of the receipt. Empty for an unpacked folder and a dry run. */
  volumes: { n: number; bytes: number; sha256: string }[];
  /** Numbers of the volumes that this source holds. */
  here: number[];
  /** Numbers of volumes still to come; while there are any, nothing may be flipped (VOLUMES_MISSING). */
  missingVolumes: number[];
  counts: ImportCounts;
  unfulfilled: Manifest['unfulfilled'];
  warnings: ImportWarning[];
  /** Set when `--accept-stale` was needed. */
  acceptedStale: boolean;
  newFloor: string;
  /** The bundle was imported before: a no-op; the name of that receipt. Nothing else was checked. */
  alreadyImported?: { receipt: string };
};

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
export type ImportProgress = {
  state: 'open' | 'prelude' | 'tuf' | 'signed' | 'bound' | 'space' | 'objects' | 'tail' | 'complete';
  /** Bytes of objects read so far, and in all. */
  doneBytes: number;
  totalBytes: number;
  volume?: number;
  /** How many volumes the bundle has. */
  volumes?: number;
};
