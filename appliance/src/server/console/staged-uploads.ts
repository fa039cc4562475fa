import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Context } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { checkToken } from './guard.ts';
import { readUpload, type Upload } from './multipart.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** A file without a decision is dropped with the next upload. */
const keptMs = 3_600_000;

/** Receives the file of a multipart form at a path; the form's token is checked before. TOO_LARGE, MALFORMED. */
export function receiveFile(
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
  path: string,
  maxFileBytes: number,
): Promise<Upload> {
  return readUpload(c.req.raw.body, {
    contentType: c.req.header('content-type') ?? '',
    onFields: (fields) => checkToken(deps, c, fields.get('csrf') ?? ''),
    fileField: 'file',
    path,
    maxFileBytes,
  });
}

type StagedFile = {
  /** Names the file in the form that decides about it. */
  readonly draft: string;
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: ReadonlyMap<string, string>;
};

type StagedUploads = {
  /** Takes the file of a multipart form, whose token is checked first, and hands it on; a refusal leaves nothing behind. */
  take<T>(c: Context<ConsoleEnv>, use: (file: StagedFile) => T | Promise<T>): Promise<T>;
  /** Where a file is that was taken before; NOT_FOUND when it was dropped meanwhile. */
  find(draft: string): string;
};

/** Files between their upload, which shows what they would do, and the decision; each kind has its own `prefix` in staging. */
export const stagedUploads = (
  deps: ConsoleDeps,
  { prefix, maxBytes }: { readonly prefix: string; readonly maxBytes: number },
): StagedUploads => {
  const { staging } = deps.paths;

  const placeOf = (draft: string): string => {
    if (!/^[0-9a-f]{32}$/.test(draft)) throw new AppError('NOT_FOUND', 'there is no such file');
    return join(staging, `${prefix}${draft}`);
  };

  const dropOld = (): void => {
    ensureDir(staging);
    for (const name of readdirSync(staging).filter((entry) => entry.startsWith(prefix))) {
      const path = join(staging, name);
      if (deps.clock() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
    }
  };

  return {
    take: async (c, use) => {
      dropOld();
      const draft = Buffer.from(randomBytes(16)).toString('hex');
      const path = placeOf(draft);
      try {
        const { fileName, sizeBytes, fields } = await receiveFile(deps, c, path, maxBytes);
        return await use({ draft, path, name: fileName.slice(0, 200) || draft, sizeBytes, fields });
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    },
    find: (draft) => {
      const path = placeOf(draft);
      if (!isThere(path)) throw new AppError('NOT_FOUND', 'the file was dropped meanwhile; upload it again');
      return path;
    },
  };
};
