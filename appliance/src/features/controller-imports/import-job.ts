import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type ActorRow, actorOfRow } from '../../engine/objects/types.ts';
import { untilStopped } from '../../platform/until-stopped.ts';
import type { ControllerDraftStore } from './draft-store.ts';
import type { FileImports, ImportProgress } from './service.ts';
import type { CsvOptions, ImportOutcome } from './types.ts';

// A trial or an import as a job: the row has its progress and its result, so every page shows the same, and a restart
// begins it again, after what was cut off of it was taken back.

export const controllerImportKind = 'controller-import';

export type ControllerImportPayload = {
  draft: string;
  path: string;
  name: string;
  csv: CsvOptions | null;
  dryRun: boolean;
  actor: ActorRow;
};

/** The work of one row. */
export const runControllerImport = (
  { draft, path, name, csv, dryRun, actor }: ControllerImportPayload,
  parts: {
    imports: Pick<FileImports, 'importFile'>;
    drafts: Pick<ControllerDraftStore, 'find'>;
    progress: (row: ImportProgress) => void;
    signal: AbortSignal;
  },
): Promise<ImportOutcome> =>
  untilStopped(
    parts.signal,
    () => parts.drafts.find(draft)?.stopped === true,
    async (signal) => {
      const outcome = await parts.imports.importFile(actorOfRow(actor), path, {
        name,
        dryRun,
        signal,
        onProgress: parts.progress,
        ...defined({ csv: csv ?? undefined }),
      });
      if (!dryRun) rmSync(dirname(path), { recursive: true, force: true });
      return outcome;
    },
  );
