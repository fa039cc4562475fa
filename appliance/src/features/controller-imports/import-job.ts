import { addAbortListener } from 'node:events';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Actor, Right } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
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
  actor: { type: Actor['type']; id: string; label: string; from?: string; rights: Right[] };
};

export const toPayload = (actor: Actor, options: Omit<ControllerImportPayload, 'actor'>): ControllerImportPayload => ({
  ...options,
  actor: {
    type: actor.type,
    id: actor.id,
    label: actor.label,
    ...(actor.from === undefined ? {} : { from: actor.from }),
    rights: [...actor.rights],
  },
});

const stopCheckMs = 500;

/** The work of one row. */
export const runControllerImport = async (
  payload: ControllerImportPayload,
  parts: {
    imports: Pick<FileImports, 'importFile'>;
    drafts: Pick<ControllerDraftStore, 'find'>;
    progress: (row: ImportProgress) => void;
    signal: AbortSignal;
  },
): Promise<ImportOutcome> => {
  const { draft, path, name, csv, dryRun, actor } = payload;
  const stop = new AbortController();
  const stopped = addAbortListener(parts.signal, () => stop.abort());
  // Who asks to end it may be in another thread: the row is what both see.
  const timer = setInterval(() => {
    if (parts.drafts.find(draft)?.stopped === true) stop.abort();
  }, stopCheckMs);
  try {
    const outcome = await parts.imports.importFile({ ...actor, rights: new Set(actor.rights) }, path, {
      name,
      dryRun,
      signal: stop.signal,
      onProgress: parts.progress,
      ...(csv === null ? {} : { csv }),
    });
    if (!dryRun) rmSync(dirname(path), { recursive: true, force: true });
    return outcome;
  } catch (error) {
    // Ended by a person, not by the server that stops.
    if (stop.signal.aborted && !parts.signal.aborted)
      throw new AppError('CANCELLED', 'stopped by a person', {}, { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
    stopped[Symbol.dispose]();
  }
};
