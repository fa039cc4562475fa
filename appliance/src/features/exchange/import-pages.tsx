import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ExchangeImport, type ImportStep } from '@sallyport/ui/exchange/exchange-import.tsx';
import { ExchangeReceive } from '@sallyport/ui/exchange/exchange-receive.tsx';
import { ImportProgressRegion } from '@sallyport/ui/exchange/import-progress.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { toFailure } from '../../platform/errors.ts';
import type { JobRun } from '../../platform/job-store.ts';
import { follow } from '../../server/console/follow.tsx';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { mediumView } from '../media/view.ts';
import { currentStep, estimateOf, importProgress, importView } from './import-view.ts';
import type { ImportDraft, ImportResult } from './types.ts';

const steps: readonly ImportStep[] = ['check', 'compare', 'import', 'result'];
const shownImports = 20;

/** Receiving a bundle: upload or pick, check, compare, import with its progress, result. */
export const importPages = (deps: ConsoleDeps): Pages => {
  const { exchange, jobs, drafts, queries, vulnerabilities } = deps;

  const runOf = (id: number | null): JobRun | undefined => (id === null ? undefined : jobs.get(id));

  const listState = (draft: ImportDraft): 'checked' | 'running' | 'imported' | 'refused' | 'partial' => {
    const run = runOf(draft.importRun) ?? runOf(draft.checkRun);
    if (run?.state === 'queued' || run?.state === 'running') return 'running';
    if (run?.state === 'failed') return 'refused';
    const result = run?.result as ImportResult | null | undefined;
    if (result?.result === 'partial') return 'partial';
    return result?.result === 'checked' ? 'checked' : 'imported';
  };

  const showReceive = async (c: Context<ConsoleEnv>, errors?: FieldErrors): Promise<Response> => {
    actorFor(c, 'exchange:read');
    return c.html(
      <ExchangeReceive
        ctx={viewContext(deps, c)}
        ready={exchange.state().trust === null ? 'no-trust' : 'yes'}
        media={(await deps.media.list()).map(mediumView)}
        imports={drafts.list(shownImports).map((draft) => ({
          id: draft.id,
          name: draft.name,
          state: listState(draft),
          at: draft.createdAt,
        }))}
        knowledge={exchange.knowledge()}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const upload = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const place = drafts.place();
    try {
      const file = await receiveFile(deps, c, place.path, deps.objects.setting('exchange.medium-bytes'));
      if (file.sizeBytes === 0) {
        drafts.discard(place.path);
        return await showReceive(c, { file: { key: 'validation.required' } });
      }
      const draft = drafts.addUpload(actor, place.id, place.path, file.fileName, file.sizeBytes);
      return c.redirect(paths.bundleImport(draft.id), 303);
    } catch (error) {
      drafts.discard(place.path);
      throw error;
    }
  };

  const pick = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'exchange:write');
    const form = c.get('form');
    try {
      const draft = await drafts.addPicked(actor, form.text('path'), form.text('now') === '1' ? 'import' : 'check');
      return c.redirect(paths.bundleImport(draft.id), 303);
    } catch (error) {
      if (toFailure(error).code !== 'NOT_FOUND') throw error;
      return await showReceive(c, { path: { key: 'validation.notOnMedium' } });
    }
  };

  /** The newest refusal in the journal, for the run that just failed. */
  const refusalReceipt = (run: JobRun | undefined): number | undefined =>
    run?.state === 'failed'
      ? exchange.imports({ limit: 5 }).find((row) => row.code === run.error?.code && row.state === 'refused')?.receipt
      : undefined;

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'exchange:read');
    const draft = drafts.get(param(c, 'id'));
    const check = runOf(draft.checkRun);
    const run = runOf(draft.importRun);
    const now = currentStep(check, run);
    const asked = steps.find((step) => step === c.req.param('step')) ?? now;
    // An address of a step that is still to come, or of a run that has gone on, leads to where the bundle is.
    const step = steps.indexOf(asked) > steps.indexOf(now) || asked === 'import' ? now : asked;
    const view = importView({
      id: draft.id,
      name: draft.name,
      sizeBytes: draft.sizeBytes,
      step,
      check,
      run,
      refusalReceipt: refusalReceipt(run),
      estimate: ({ requestNumber, unfulfilled }) =>
        requestNumber === undefined
          ? []
          : estimateOf(queries.requestWants(requestNumber), unfulfilled, vulnerabilities.sourceDecisions()),
    });
    return c.html(<ExchangeImport ctx={viewContext(deps, c)} {...view} />);
  };

  const stream = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'exchange:read');
    const draft = drafts.get(param(c, 'id'));
    return follow(deps, c, paths.bundleImport(draft.id), (ctx) => {
      const current = drafts.get(draft.id);
      const run = runOf(current.importRun) ?? runOf(current.checkRun);
      const progress = importProgress(run, current.sizeBytes);
      return {
        part: <ImportProgressRegion ctx={ctx} progress={progress} />,
        isEnded: run?.state !== 'queued' && run?.state !== 'running',
      };
    });
  };

  /** A stop is asked for once more: what was verified stays, and the old state is in force. */
  const stop = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'exchange:write');
    const { id, name } = drafts.get(param(c, 'id'));
    if (c.get('form').text('confirmed') === '1') {
      drafts.stop(id);
      return c.redirect(paths.bundleImport(id), 303);
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.import.stop.question', params: { name } }}
        consequences={[{ key: 'confirm.import.stop.consequence' }]}
        items={[]}
        count={0}
        action={paths.bundleImportStop(id)}
        fields={[['confirmed', '1']]}
        button={{ key: 'confirm.import.stop.button' }}
        danger
        cancel={paths.bundleImport(id)}
      />,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.exchangeReceive.pattern, (c) => showReceive(c))
    .post(paths.bundleUpload.pattern, upload)
    .post(paths.bundlePick.pattern, pick)
    .post(paths.bundleImportStart.pattern, (c) => {
      const actor = actorFor(c, 'exchange:write');
      const id = param(c, 'id');
      const form = c.get('form');
      drafts.start(actor, id, form.text('acceptStale'), form.text('what') === 'check' ? 'check' : 'import');
      return c.redirect(paths.bundleImport(id), 303);
    })
    .post(paths.bundleImportStop.pattern, stop)
    .get(paths.bundleImportStream.pattern, stream)
    .get(paths.bundleImport.pattern, show);
};
