import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { type Actor, actorRef, actorRow } from '../../engine/objects/types.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { MediaService } from '../media/types.ts';
import type { ImportDraftStore } from './import-draft-store.ts';
import { type ImportDraft, type ImportDrafts, type ImportPayload, importJobKind } from './types.ts';

const idPattern = /^[0-9a-f]{24}$/;
const keepMs = 7 * 86_400_000;

const payloadOf = (
  actor: Actor,
  draft: Pick<ImportDraft, 'id' | 'paths'>,
  dryRun: boolean,
  acceptStale?: string,
): ImportPayload => ({
  draft: draft.id,
  paths: draft.paths,
  dryRun,
  ...defined({ acceptStale }),
  actor: actorRow(actor),
});

/** Bundles on their way through the import page: files, their checks and imports. */
export const importDrafts = (parts: {
  store: ImportDraftStore;
  jobs: Jobs;
  media: Pick<MediaService, 'list'>;
  stagingDir: string;
  clock: () => number;
}): ImportDrafts => {
  const { store, jobs, stagingDir, clock } = parts;

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
    store.setCheck(draft.id, jobs.enqueue(importJobKind, payloadOf(actor, draft, true)));
    return get(draft.id);
  };

  const get = (id: string): ImportDraft => {
    const draft = idPattern.test(id) ? store.find(id) : undefined;
    if (draft === undefined) throw new AppError('NOT_FOUND', 'there is no such import');
    return draft;
  };

  const newId = (): string => Buffer.from(randomBytes(12)).toString('hex');

  const start: ImportDrafts['start'] = (actor, id, acceptStale, what = 'import') => {
    const draft = get(id);
    for (const run of [draft.checkRun, draft.importRun]) {
      const state = run === null ? undefined : jobs.get(run)?.state;
      if (state === 'running' || state === 'queued') throw new AppError('CONFLICT', 'the bundle is being read already');
    }
    if (!isThere(draft.path)) throw new AppError('NOT_FOUND', 'the bundle is not there any more');
    // What was accepted to be checked is accepted to be imported.
    const before = draft.checkRun === null ? undefined : (jobs.get(draft.checkRun)?.payload as ImportPayload | null);
    const reason = enteredLine(acceptStale, 'acceptStale') || (before?.acceptStale ?? '');
    const payload = payloadOf(actor, draft, what === 'check', reason === '' ? undefined : reason);
    const run = jobs.enqueue(importJobKind, payload);
    if (what === 'check') store.setCheck(id, run);
    else store.setImport(id, run);
  };

  return {
    trim: dropOld,
    place: () => {
      dropOld();
      const id = newId();
      ensureDir(folderOf(id), 0o700);
      return { id, path: join(folderOf(id), 'bundle.tar') };
    },
    discard: (path) => {
      if (dirname(dirname(path)) === stagingDir) rmSync(dirname(path), { recursive: true, force: true });
    },
    addUpload: (actor, id, path, name, sizeBytes) =>
      check(actor, {
        id,
        path,
        paths: [path],
        name: name.slice(0, 200) || 'bundle.tar',
        sizeBytes,
        uploaded: true,
        madeBy: actorRef(actor),
        createdAt: clock(),
      }),
    addPicked: async (actor, path, begin = 'check') => {
      const found = (await parts.media.list())
        .flatMap(({ content }) => [...(content?.bundles ?? []), ...(content?.trustFiles ?? [])])
        .find(({ here }) => here.some((file) => file.path === path));
      if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such bundle on a medium');
      const draft = {
        id: newId(),
        path,
        paths: found.here.map((file) => file.path),
        name: found.here.find((file) => file.path === path)?.name ?? '',
        sizeBytes: found.here.reduce((sum, file) => sum + file.sizeBytes, 0),
        uploaded: false,
        madeBy: actorRef(actor),
        createdAt: clock(),
      };
      if (begin === 'check') return check(actor, draft);
      store.add(draft);
      start(actor, draft.id, '');
      return get(draft.id);
    },
    get,
    list: store.list,
    start,
    stop: (id) => store.stop(get(id).id),
  };
};
