import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { actorRef, actorRow, requireRight } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { JobRun } from '../../platform/job-store.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { fileHead } from './bytes.ts';
import { csvShape } from './csv/read-csv.ts';
import { detectForm } from './detect.ts';
import type { ControllerDraftStore } from './draft-store.ts';
import { type ControllerImportPayload, controllerImportKind } from './import-job.ts';
import type { FileImports } from './service.ts';
import { type ControllerDraft, type ControllerDrafts, importLimits } from './types.ts';

const idPattern = /^[0-9a-f]{24}$/;
/** As the data register says (`import-drafts`). */
const keepMs = 7 * 86_400_000;
const maxDrafts = 40;

const isActive = (run: JobRun | undefined): boolean => run?.state === 'queued' || run?.state === 'running';

/** Files about controllers on their way through the import page: uploads, trials, imports. */
export const controllerDrafts = (parts: {
  store: ControllerDraftStore;
  jobs: Pick<Jobs, 'enqueue' | 'get'>;
  imports: Pick<FileImports, 'mappingByName'>;
  stagingDir: string;
  clock?: () => number;
}): ControllerDrafts => {
  const { store, jobs, stagingDir } = parts;
  const clock = parts.clock ?? nowMs;
  const folderOf = (id: string): string => join(stagingDir, `controllers-${id}`);

  const runs: ControllerDrafts['runs'] = ({ checkRun, applyRun }) => ({
    check: checkRun === null ? undefined : jobs.get(checkRun),
    apply: applyRun === null ? undefined : jobs.get(applyRun),
  });
  const isAnyActive = ({ check, apply }: ReturnType<ControllerDrafts['runs']>): boolean =>
    isActive(check) || isActive(apply);
  const isBusy = (draft: ControllerDraft): boolean => isAnyActive(runs(draft));

  /** What is old goes, and the oldest beyond a number: staging never fills up by uploads. */
  const dropOld = (): void => {
    const drafts = store.oldestFirst();
    for (const [index, draft] of drafts.entries()) {
      const isOld = draft.createdAt < clock() - keepMs || index < drafts.length - (maxDrafts - 1);
      if (!isOld || isBusy(draft)) continue;
      rmSync(folderOf(draft.id), { recursive: true, force: true });
      store.remove(draft.id);
    }
  };

  const get = (id: string): ControllerDraft => {
    const draft = idPattern.test(id) ? store.find(id) : undefined;
    if (draft === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
    return draft;
  };

  const assertThere = ({ path }: ControllerDraft): void => {
    if (!isThere(path)) throw new AppError('NOT_FOUND', 'the file was dropped meanwhile; upload it again');
  };

  return {
    trim: dropOld,
    place: () => {
      dropOld();
      const id = Buffer.from(randomBytes(12)).toString('hex');
      ensureDir(folderOf(id), 0o700);
      return { id, path: join(folderOf(id), 'file') };
    },
    discard: (path) => {
      if (dirname(dirname(path)) === stagingDir) rmSync(dirname(path), { recursive: true, force: true });
    },
    add: async (actor, { id, path, name, sizeBytes }) => {
      requireRight(actor, 'controllers:write');
      const form = detectForm((await fileHead(path)).head);
      store.add({
        id,
        path,
        name: name.slice(0, 200) || 'file',
        form,
        sizeBytes,
        madeBy: actorRef(actor),
        createdAt: clock(),
      });
      return get(id);
    },
    get,
    list: store.list,
    runs,
    shape: (draft, options) => {
      if (draft.form !== 'csv') throw new AppError('CONFLICT', 'only tables have columns to map');
      assertThere(draft);
      if (statSync(draft.path).size > importLimits.maxWholeBytes)
        throw new AppError('TOO_LARGE', `a table has at most ${importLimits.maxWholeBytes} bytes`);
      return csvShape(readFileSync(draft.path), options ?? draft.csv ?? {});
    },
    setColumns: (actor, id, csv, mapping) => {
      requireRight(actor, 'controllers:write');
      const draft = get(id);
      if (isBusy(draft) || draft.applyRun !== null) throw new AppError('CONFLICT', 'the file is imported already');
      store.setCsv(id, csv, mapping);
    },
    start: (actor, id, what) => {
      requireRight(actor, 'controllers:write');
      const draft = get(id);
      // One look: an import that ends between two of them would be none that runs and none that is done.
      const now = runs(draft);
      if (isAnyActive(now)) throw new AppError('CONFLICT', 'the file is being read already');
      if (now.apply?.state === 'done') throw new AppError('CONFLICT', 'the file is imported already');
      assertThere(draft);
      const payload: ControllerImportPayload = {
        draft: id,
        path: draft.path,
        name: draft.name,
        csv: draft.csv,
        dryRun: what === 'check',
        actor: actorRow(actor),
      };
      const run = jobs.enqueue(controllerImportKind, payload);
      if (what === 'check') store.setCheck(id, run);
      else store.setApply(id, run);
      return run;
    },
    stop: (actor, id) => {
      requireRight(actor, 'controllers:write');
      store.stop(get(id).id);
    },
  };
};
