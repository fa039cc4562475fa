import { join } from 'node:path';
import * as z from 'zod';
import { hex, id } from '../documents/fields.ts';
import { limits } from '../documents/limits.ts';
import { manifestSchema } from '../documents/manifest.ts';
import type { BundleErrorCode } from '../errors.ts';
import { stagedPath } from './objects.ts';
import { partialPath } from './partial.ts';
import { ImportRefusal } from './verdict.ts';

// What the child may say, line by line. It met the medium, so its words are input like any other.

const newRoots = z.array(z.strictObject({ version: z.int(), bytes: z.string() })).max(256);
const refusedLine = z.strictObject({
  refused: z.strictObject({
    code: z.string(),
    message: z.string(),
    newRoots,
    missing: z.array(z.string()).max(10_000),
  }),
});
const progressLine = z.strictObject({
  progress: z.strictObject({
    state: z.enum(['open', 'prelude', 'tuf', 'signed', 'bound', 'space', 'objects', 'tail', 'complete']),
    doneBytes: z.int(),
    totalBytes: z.int(),
    volume: z.int().optional(),
    volumes: z.int().optional(),
  }),
});
const objectLine = z.strictObject({
  object: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }),
});
const pathsLine = z.strictObject({ paths: z.array(z.string()).max(10_000) });
const roleText = z.strictObject({ root: z.string(), timestamp: z.string(), snapshot: z.string(), targets: z.string() });
const roleInt = z.strictObject({ root: z.int(), timestamp: z.int(), snapshot: z.int(), targets: z.int() });
const volumeNumber = z.int().min(1).max(limits.volumes);
const verdictSchema = z.strictObject({
  bundleId: id,
  seq: z.int(),
  broadcast: z.boolean(),
  requestId: z.string().optional(),
  manifest: manifestSchema,
  manifestSha256: hex,
  trust: roleText,
  newRoots,
  tuf: roleInt,
  expires: roleText.extend({ bundle: z.string() }),
  inventory: z.strictObject({ sha256: hex, path: z.string(), lines: z.int() }),
  policyPath: z.string(),
  objects: z.array(z.strictObject({ sha256: hex, size: z.int(), path: z.string() })).max(limits.inventoryLines),
  // The digest of a volume names the file beside it that tells of its way: it must be a digest and nothing else.
  volumes: z.array(z.strictObject({ n: volumeNumber, bytes: z.int(), sha256: hex })).max(limits.volumes),
  verified: z.array(hex).max(limits.inventoryLines).optional(),
  here: z.array(volumeNumber).max(limits.volumes),
  missingVolumes: z.array(volumeNumber).max(limits.volumes),
  counts: z.strictObject({ new: z.int(), held: z.int(), removed: z.int(), unfulfilled: z.int(), bytes: z.int() }),
  unfulfilled: manifestSchema.shape.unfulfilled,
  warnings: z.array(z.enum(['CLOCK_BEHIND', 'CLOCK_SUSPECT', 'STALE', 'KEY_EXPIRES_SOON'])),
  acceptedStale: z.boolean(),
  newFloor: z.string(),
  alreadyImported: z.strictObject({ receipt: z.string() }).optional(),
});
const verdictLine = z.strictObject({ verdict: verdictSchema });
const lineSchema = z.union([progressLine, objectLine, refusedLine, verdictLine, pathsLine]);

export type ChildLine = z.infer<typeof lineSchema>;
export type ChildOutcome = Exclude<ChildLine, z.infer<typeof progressLine> | z.infer<typeof objectLine>>;
type ReportedVerdict = z.infer<typeof verdictSchema>;

const knownCodes = new Set<string>([
  'NOT_REGULAR',
  'NO_BUNDLE',
  'AMBIGUOUS',
  'TRUNCATED',
  'TRAILING',
  'HEADER',
  'MISSING',
  'LIMIT',
  'METADATA',
  'SIGNATURE',
  'ROOT_CHAIN',
  'ROLLBACK',
  'EXPIRED',
  'MIX',
  'WRONG_SITE',
  'NONCE',
  'HASH',
  'INCOMPLETE',
  'NO_SPACE',
  'MEDIUM_IO',
  'STORE_IO',
] satisfies BundleErrorCode[]);

const isKnown = (code: string): code is BundleErrorCode => knownCodes.has(code);

/** The refusal that a child reports; a code that no import has is INTERNAL. */
export const refusalFrom = ({ refused }: z.infer<typeof refusedLine>): ImportRefusal =>
  new ImportRefusal(isKnown(refused.code) ? refused.code : 'INTERNAL', refused.message, {
    newRoots: refused.newRoots,
    missing: refused.missing,
  });

/** Parses one line; anything else than the known forms is INTERNAL. */
export const parseChildLine = (line: string): ChildLine => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ImportRefusal('INTERNAL', 'the child wrote no JSON', { cause: error });
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success)
    throw new ImportRefusal('INTERNAL', `the child wrote ${z.prettifyError(parsed.error).slice(0, 500)}`);
  return parsed.data;
};

/** The two places that an object may lie at once it is whole, by its digest alone. */
type ObjectFolders = { readonly stagingDir: string; readonly partialDir: string };

/** A path that comes back is used by the parent, so it must be one that follows from the digest. INTERNAL. */
export const checkPaths = (verdict: ReportedVerdict, { stagingDir, partialDir }: ObjectFolders): void => {
  const expected = (name: string): string => join(stagingDir, 'prelude', name);
  const isPlace = ({ sha256, path }: { sha256: string; path: string }): boolean =>
    /^[0-9a-f]{64}$/.test(sha256) &&
    (path === stagedPath(stagingDir, sha256) || path === partialPath(partialDir, sha256));
  const fits =
    verdict.alreadyImported !== undefined
      ? verdict.objects.length === 0
      : verdict.inventory.path === expected('inventory.jsonl') &&
        verdict.policyPath === expected('policy.json') &&
        verdict.objects.every(isPlace);
  if (!fits) throw new ImportRefusal('INTERNAL', 'the child named a path outside of staging');
};
