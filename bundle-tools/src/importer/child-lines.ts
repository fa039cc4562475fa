import { join } from 'node:path';
import * as z from 'zod';
import type { BundleErrorCode } from '../errors.ts';
import { stagedPath } from './objects.ts';
import { partialPath } from './partial.ts';
import { ImportRefusal, type ImportVerdict, importProgress, newRoots, verdictSchema } from './verdict.ts';

// What the child may say, line by line. It met the medium, so its words are input like any other.

const refusedLine = z.strictObject({
  refused: z.strictObject({
    code: z.string(),
    message: z.string(),
    newRoots,
    missing: z.array(z.string()).max(10_000),
  }),
});
const progressLine = z.strictObject({
  progress: importProgress,
});
const objectLine = z.strictObject({
  object: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) }),
});
const pathsLine = z.strictObject({ paths: z.array(z.string()).max(10_000) });
const verdictLine = z.strictObject({ verdict: verdictSchema });
const lineSchema = z.union([progressLine, objectLine, refusedLine, verdictLine, pathsLine]);

export type ChildLine = z.infer<typeof lineSchema>;
export type ChildOutcome = Exclude<ChildLine, z.infer<typeof progressLine> | z.infer<typeof objectLine>>;

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
export const checkPaths = (verdict: ImportVerdict, { stagingDir, partialDir }: ObjectFolders): void => {
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
