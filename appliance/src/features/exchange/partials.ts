import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreService } from '../store/service.ts';

// Large and cut objects are kept in part over several imports (bundle format, D3). The folder is bounded: what the store
// has by now goes, and so does what nobody went on with for a month.

const keptMs = 30 * 86_400_000;
const fileForm = /^([0-9a-f]{64})\.(?:data|marks)$/;

/** The folder of objects that are kept in part. */
export const partialsIn = (stagingDir: string): string => join(stagingDir, 'partials');

/** Takes away what is not needed, and the folder once it is empty. */
export const tidyPartials = (stagingDir: string, store: Pick<StoreService, 'has'>, nowMs: number): void => {
  const folder = partialsIn(stagingDir);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const sha256 = fileForm.exec(name)?.[1];
    const age = nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (sha256 === undefined || store.has(sha256) || age > keptMs) rmSync(path, { recursive: true, force: true });
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
};
