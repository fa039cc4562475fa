import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { listMedium } from '@sallyport/bundle-tools/media/find';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, actorRef } from '../objects/types.ts';
import { type ImportPayload, importJobKind, toPayload } from './import-job.ts';
import type { ImportDraft, ImportDraftStore } from './store.ts';

export type { ImportDraft } from './store.ts';

export type Candidate = { path: string; name: string; bytes: number; at: number };
export type Medium = { name: string; path: string };

export type ImportDrafts = {
  /** The folders that an administrator named and that are there. */
  media(): Medium[];
  /** Bundles that lie on them. */
  candidates(): Candidate[];
  /** A new file in staging to write an upload to. */
  place(): { id: string; path: string };
  discard(path: string): void;
  /** Registers an uploaded file and begins its check. */
  addUpload(actor: Actor, id: string, path: string, name: string, sizeBytes: number): ImportDraft;
  /** Registers a file of a medium and begins its check; NOT_FOUND for any other path. */
  addPicked(actor: Actor, path: string): ImportDraft;
  /** NOT_FOUND. */
  get(id: string): ImportDraft;
  list(limit: number): ImportDraft[];
  /** Begins the import, or the check once more; CONFLICT while something runs. */
  start(actor: Actor, id: string, acceptStale: string, what?: 'check' | 'import'): void;
  stop(id: string): void;
};

const idPattern = /^[0-9a-f]{24}$/;
const keepMs = 7 * 86_400_000;

/** Bundles on their way through the import page: files, their checks and imports. */
export const importDrafts = (parts: {
  store: ImportDraftStore;
  jobs: Jobs;
  objects: Pick<ObjectService, 'setting'>;
  stagingDir: string;
  clock: () => number;
}): ImportDrafts => {
  const { store, jobs, stagingDir, clock } = parts;

  const media = (): Medium[] => {
    const folders = parts.objects.setting('exchange.media-folders');
    return (Array.isArray(folders) ? folders : [])
      .filter((path) => path.startsWith('/') && statSync(path, { throwIfNoEntry: false })?.isDirectory())
      .map((path) => ({ name: basename(path), path }));
  };

  const candidates = (): Candidate[] =>
    media().flatMap(({ path: folder }) => {
      try {
        return listMedium(folder)
          .filter(({ kind }) => kind === 'tar')
          .map(({ path, name, sizeBytes }) => ({ path, name, bytes: sizeBytes, at: statSync(path).mtimeMs }));
      } catch (error) {
        // A medium that was pulled out between two calls, or that may not be read, offers nothing.
        if (toFailure(error).code === 'INTERNAL' && !(error instanceof Error && 'code' in error)) throw error;
        return [];
      }
    });

  const folderOf = (id: string): string => join(stagingDir, `upload-${id}`);

  const dropOld = (): void => {
    for (const draft of store.createdBefore(clock() - keepMs)) {
      const runs = [draft.checkRun, draft.importRun].map((run) => (run === null ? undefined : jobs.get(run)));
      if (runs.some((run) => run?.state === 'running' || run?.state === 'queued')) continue;
      if (draft.uploaded) rmSync(dirname(draft.path), { recursive: true, force: true });
      store.remove(draft.id);
    }
  };

  const check = (actor: Actor, draft: Omit<ImportDraft, 'checkRun' | 'importRun' | 'stopped'>): ImportDraft => {
    store.add(draft);
    store.setCheck(
      draft.id,
      jobs.enqueue(importJobKind, toPayload(actor, { draft: draft.id, path: draft.path, dryRun: true })),
    );
    return get(draft.id);
  };

  const get = (id: string): ImportDraft => {
    const draft = idPattern.test(id) ? store.find(id) : undefined;
    if (draft === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
    return draft;
  };

  const newId = (): string => Buffer.from(randomBytes(12)).toString('hex');

  return {
    media,
    candidates,
    place: () => {
      dropOld();
      const id = newId();
      mkdirSync(folderOf(id), { recursive: true, mode: 0o700 });
      return { id, path: join(folderOf(id), 'bundle.tar') };
    },
    discard: (path) => {
      if (dirname(dirname(path)) === stagingDir) rmSync(dirname(path), { recursive: true, force: true });
    },
    addUpload: (actor, id, path, name, sizeBytes) =>
      check(actor, {
        id,
        path,
        name: name.slice(0, 200) || 'bundle.tar',
        sizeBytes,
        uploaded: true,
        madeBy: actorRef(actor),
        createdAt: clock(),
      }),
    addPicked: (actor, path) => {
      const found = candidates().find((candidate) => candidate.path === path);
      if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such bundle on a medium');
      return check(actor, {
        id: newId(),
        path: found.path,
        name: found.name,
        sizeBytes: found.bytes,
        uploaded: false,
        madeBy: actorRef(actor),
        createdAt: clock(),
      });
    },
    get,
    list: store.list,
    start: (actor, id, acceptStale, what = 'import') => {
      const draft = get(id);
      for (const run of [draft.checkRun, draft.importRun]) {
        const state = run === null ? undefined : jobs.get(run)?.state;
        if (state === 'running' || state === 'queued')
          throw new AppError('CONFLICT', 'the bundle is being read already');
      }
      if (!existsSync(draft.path)) throw new AppError('NOT_FOUND', 'the bundle is not there any more');
      // What was accepted to be checked is accepted to be imported.
      const before = draft.checkRun === null ? undefined : (jobs.get(draft.checkRun)?.payload as ImportPayload | null);
      const reason = acceptStale.trim().slice(0, 500) || (before?.acceptStale ?? '');
      const payload = toPayload(actor, {
        draft: id,
        path: draft.path,
        dryRun: what === 'check',
        ...(reason === '' ? {} : { acceptStale: reason }),
      });
      const run = jobs.enqueue(importJobKind, payload);
      if (what === 'check') store.setCheck(id, run);
      else store.setImport(id, run);
    },
    stop: (id) => store.stop(get(id).id),
  };
};
