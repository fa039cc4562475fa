import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BundleError } from '../errors.ts';

// One update as the catalog's `updates.jsonl` carries it, and what the host plans to fetch for it.

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const updateIdForm = z.string().regex(/^[0-9a-f]{32}$/);
const label = z.string().min(1).max(300);

export const UpdateSchema = z.strictObject({
  id: updateIdForm,
  purl: z.string().min(5).max(1_000),
  /** With its release, as advisories name it: `Debian:13`; the product's name for vendor files. */
  ecosystem: z.string().min(1).max(100),
  name: label,
  version: label,
  /** As findings and wants name it: of a build of a module with its stream (`nodejs:18/nodejs`). */
  source: label,
  source_version: label,
  arch: z.string().min(1).max(50),
  suites: z.array(z.string().min(1).max(200)).max(50),
  security: z.boolean(),
  /** Ids of the updates that must be there too, unless a device has them already. */
  depends: z.array(updateIdForm).max(2_000),
  /** Digest of the licence text, which then is an object of the same catalog. */
  licence: hex64.optional(),
  /** Digest of the vendor's notes about the release, an object of the same catalog. */
  notes: hex64.optional(),
  /** Which vendor signature was checked: `openpgp:<fingerprint>`, `sidecar` for a folder of vendor files, `manifest` for one of firmware. */
  signer: z.string().min(1).max(200),
  supersedes: z.array(updateIdForm).max(2_000),
  files: z.array(hex64).min(1).max(1_000),
  title: z.string().max(500).optional(),
});

export type Update = z.infer<typeof UpdateSchema>;

/** One file to bring into the catalog. */
export type PlannedFile = { sha256: string; sizeBytes: number; url: string; name: string };

/** An update, the files it needs, and the wants (positions in the request) that it answers. */
export type PlannedUpdate = {
  update: Update;
  files: PlannedFile[];
  wants: number[];
  /** True: not asked for, needed by a dependency. */
  carried: boolean;
};

/** The manifest's reasons, a closed list. */
export type UnfulfilledReason = 'NO_SOURCE' | 'NO_LICENCE' | 'NOT_APPROVED' | 'TOO_LARGE' | 'FETCH_FAILED' | 'UNKNOWN';

/** A wish that could not be met; `what` and `detail` are for people. */
export type Unfulfilled = { reason: UnfulfilledReason; wants: number[]; what: string; detail: string };

const MAX_UPDATES_BYTES = 64 << 20;
const MAX_LINE_BYTES = 1 << 20;
const MAX_UPDATES = 100_000;

/** The id of an update: the same content from the same vendor has the same id on every host. */
export const updateId = (purl: string, files: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([purl, ...files]))
    .digest('hex')
    .slice(0, 32);

/** `updates.jsonl`: one update per line, sorted by id. */
export const encodeUpdates = (updates: readonly Update[]): Uint8Array => {
  const sorted = [...updates].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (let at = 1; at < sorted.length; at += 1) {
    if (sorted[at - 1]?.id === sorted[at]?.id)
      throw new BundleError('INTERNAL', `two updates have the id ${sorted[at]?.id}`);
  }
  // Parsing gives every line the same field order.
  return Buffer.from(sorted.map((update) => `${JSON.stringify(UpdateSchema.parse(update))}\n`).join(''));
};

/** Reads `updates.jsonl`: sorted, unique, every dependency present. */
export const parseUpdates = (bytes: Uint8Array): Update[] => {
  if (bytes.length > MAX_UPDATES_BYTES) throw new BundleError('LIMIT', `updates.jsonl has ${bytes.length} bytes`);
  const text = decodeUtf8(bytes);
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new BundleError('METADATA', 'updates.jsonl does not end with a line feed');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > MAX_UPDATES) throw new BundleError('LIMIT', `updates.jsonl has ${lines.length} lines`);
  const updates = lines.map(parseUpdateLine);
  const known = new Set(updates.map((update) => update.id));
  for (let at = 0; at < updates.length; at += 1) {
    const update = updates[at]!;
    const previous = updates[at - 1];
    if (previous !== undefined && previous.id >= update.id) {
      throw new BundleError('METADATA', `updates.jsonl line ${at + 1} is out of order or double`);
    }
    const missing = update.depends.find((id) => !known.has(id));
    if (missing !== undefined)
      throw new BundleError('METADATA', `update ${update.id} depends on ${missing}, which is not listed`);
  }
  return updates;
};

const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new BundleError('METADATA', 'updates.jsonl is not UTF-8', { cause });
  }
};

const parseUpdateLine = (line: string, index: number): Update => {
  if (line.length > MAX_LINE_BYTES) throw new BundleError('LIMIT', `updates.jsonl line ${index + 1} is too long`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new BundleError('METADATA', `updates.jsonl line ${index + 1} is not JSON`, { cause });
  }
  const parsed = UpdateSchema.safeParse(value);
  if (!parsed.success) {
    throw new BundleError('METADATA', `updates.jsonl line ${index + 1}: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};
