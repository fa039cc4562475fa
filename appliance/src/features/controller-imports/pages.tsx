import { defined } from '@sallyport/bundle-tools/platform/defined';
import {
  ControllerImport,
  ControllerImportRegion,
  type ControllerImportStep,
} from '@sallyport/ui/controller-imports/controller-import.tsx';
import { ControllerImports } from '@sallyport/ui/controller-imports/controller-imports.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { FieldErrors, Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { CSV_ENCODINGS } from '../../platform/csv/bytes.ts';
import { CSV_DELIMITERS } from '../../platform/csv/parse.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { follow } from '../../server/console/follow.tsx';
import type { Form } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import {
  type CsvOptions,
  type CsvShape,
  type CsvTarget,
  delimiterName,
  delimiterNames,
  IMPORT_FORMS,
  importLimits,
  mappingBody,
  mappingKind,
  targetName,
  targetOf,
} from './types.ts';
import { columnsView, controllerImportView, currentStep, draftState, progressOf, reachableSteps } from './view.ts';

const shownDrafts = 20;
const shownBatches = 50;
const maxMappings = 100;
const maxColumns = 256;

/** Files that say which controllers there are: choose, map, compare, import, take back. */
export const controllerImportPages = (deps: ConsoleDeps): Pages => {
  const { controllerDrafts: drafts, controllerImports: imports, controllers, objects } = deps;

  const list = (c: Context<ConsoleEnv>, error?: Message): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const nameOf = actorNames(objects);
    const open = drafts.list(shownDrafts).map((draft) => ({ draft, state: draftState(drafts.runs(draft)) }));
    return c.html(
      <ControllerImports
        ctx={viewContext(deps, c)}
        open={open
          .filter(({ state }) => state !== 'imported')
          .map(({ draft: { id, name, form, createdAt }, state }) => ({ id, name, form, state, at: createdAt }))}
        history={controllers.batches({ types: IMPORT_FORMS, limit: shownBatches }).map((batch) => ({
          batch: batch.id,
          name: batch.name,
          form: batch.type,
          at: batch.at,
          actor: nameOf(batch.actor),
          counts: batch.summary,
          undoneAt: batch.undoneAt,
        }))}
        {...defined({ error })}
      />,
      error === undefined ? 200 : 422,
    );
  };

  const refusedUpload = (error: unknown): Message => {
    const { code, message } = toFailure(error);
    const key =
      code === 'UNSUPPORTED_TYPE'
        ? 'imports.refused.form'
        : code === 'MALFORMED'
          ? 'imports.refused.damaged'
          : code === 'TOO_LARGE'
            ? 'imports.refused.large'
            : undefined;
    if (key === undefined) throw error;
    return { key, params: { detail: message } };
  };

  const upload = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const place = drafts.place();
    try {
      const file = await receiveFile(deps, c, place.path, importLimits.maxCaptureBytes);
      if (file.sizeBytes === 0) {
        drafts.discard(place.path);
        return await list(c, { key: 'validation.required' });
      }
      const draft = await drafts.add(
        { ...actor, from: c.get('from') },
        { ...place, name: file.fileName, sizeBytes: file.sizeBytes },
      );
      if (draft.form !== 'csv') drafts.start({ ...actor, from: c.get('from') }, draft.id, 'check');
      return c.redirect(paths.controllerImport(draft.id), 303);
    } catch (error) {
      drafts.discard(place.path);
      return await list(c, refusedUpload(error));
    }
  };

  const mappingNames = (): string[] =>
    objects.list({ kind: mappingKind, limit: maxMappings }).rows.map(({ body }) => String(body['name']));

  /** The site's own fields of controllers. */
  const fieldNames = (): string[] =>
    objects.list({ kind: 'controller-field', limit: maxMappings }).rows.map(({ body }) => String(body['name']));

  const show = (
    c: Context<ConsoleEnv>,
    made: { shape?: CsvShape; mapping?: string; keep?: string; errors?: FieldErrors } = {},
  ): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const draft = drafts.get(param(c, 'id'));
    const runs = drafts.runs(draft);
    const now = currentStep(draft, runs);
    const asked = c.req.param('step') as ControllerImportStep | undefined;
    const wanted = made.shape === undefined ? asked : 'columns';
    // An address of a step that is still to come leads to where the file is.
    const step = wanted !== undefined && reachableSteps(draft, runs).includes(wanted) ? wanted : now;
    const columns =
      step === 'columns'
        ? columnsView(made.shape ?? drafts.shape(draft, { customFields: fieldNames(), ...draft.csv }), {
            fields: fieldNames(),
            mappings: mappingNames(),
            mapping: made.mapping ?? draft.mapping ?? '',
            ...defined({ keep: made.keep }),
            errors: made.errors,
          })
        : undefined;
    return c.html(
      <ControllerImport ctx={viewContext(deps, c)} columns={columns} {...controllerImportView(draft, runs, step)} />,
      made.errors === undefined ? 200 : 422,
    );
  };

  /** How the form says that the table is read. */
  const readColumns = (form: Form): { csv: CsvOptions; headings: string[]; targets: CsvTarget[] } => {
    const headings: string[] = [];
    const targets: CsvTarget[] = [];
    for (let index = 0; index < maxColumns && form.has(`heading-${index}`); index += 1) {
      headings.push(form.text(`heading-${index}`));
      targets.push(targetOf(form.text(`target-${index}`)));
    }
    const encoding = CSV_ENCODINGS.find((name) => name === form.text('encoding'));
    const delimiter = CSV_DELIMITERS.find((one) => delimiterName(one) === form.text('delimiter'));
    return {
      headings,
      targets,
      csv: {
        ...defined({ encoding, delimiter }),
        columns: Object.fromEntries(headings.map((heading, index) => [heading, targets[index]])),
      },
    };
  };

  const columns = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'controllers:write'), from: c.get('from') };
    const draft = drafts.get(param(c, 'id'));
    const form = c.get('form');
    const { csv, headings, targets } = readColumns(form);
    const mapping = form.text('mapping');
    if (form.text('what') === 'again') {
      const { columns: _, ...chosen } = csv;
      const way = { ...chosen, customFields: fieldNames() };
      const options = mapping === '' ? way : { ...way, columns: imports.mappingByName(mapping).columns ?? {} };
      return show(c, { shape: drafts.shape(draft, options), mapping });
    }
    const used = targets.map(targetName).filter((name) => name !== '');
    const twice = used.find((column, index) => used.indexOf(column) !== index);
    const keep = form.text('keep').trim();
    const refuse = (errors: FieldErrors) => show(c, { shape: drafts.shape(draft, csv), mapping, keep, errors });
    if (used.length === 0) return refuse({ '': { key: 'validation.required' } });
    if (twice !== undefined) return refuse({ '': { key: 'validation.mappingTwice', params: { field: twice } } });
    if (keep !== '') {
      const body = mappingBody(keep, {
        delimiter: delimiterNames.find((name) => name === form.text('delimiter')) ?? 'auto',
        encoding: csv.encoding ?? 'auto',
        headings,
        targets,
      });
      try {
        const known = objects.findBy(mappingKind, 'name', keep);
        if (known === undefined) objects.create(actor, mappingKind, body);
        else objects.update(actor, mappingKind, known.id, body);
      } catch (error) {
        if (!(error instanceof AppError) || error.details.fields === undefined) throw error;
        return refuse({ keep: Object.values(error.details.fields)[0] ?? { key: 'validation.invalid' } });
      }
    }
    drafts.setColumns(actor, draft.id, csv, keep || mapping || null);
    drafts.start(actor, draft.id, 'check');
    return c.redirect(paths.controllerImport(draft.id, 'compare'), 303);
  };

  const start = (c: Context<ConsoleEnv>): Response => {
    const actor = { ...actorFor(c, 'controllers:write'), from: c.get('from') };
    const { id } = drafts.get(param(c, 'id'));
    drafts.start(actor, id, c.get('form').text('what') === 'apply' ? 'apply' : 'check');
    return c.redirect(paths.controllerImport(id), 303);
  };

  const stop = (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'controllers:write');
    const { id } = drafts.get(param(c, 'id'));
    drafts.stop(actor, id);
    return c.redirect(paths.controllerImport(id), 303);
  };

  const stream = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'controllers:read');
    const draft = drafts.get(param(c, 'id'));
    return follow(deps, c, paths.controllerImport(draft.id), (ctx) => {
      const { check, apply } = drafts.runs(drafts.get(draft.id));
      const run = apply ?? check;
      return {
        part: <ControllerImportRegion ctx={ctx} progress={progressOf(run, draft.sizeBytes)} />,
        isEnded: run?.state !== 'queued' && run?.state !== 'running',
      };
    });
  };

  /** Shows what would go before it goes. */
  const undo = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'controllers:write'), from: c.get('from') };
    const form = c.get('form');
    const id = Number(form.text('origin'));
    if (!Number.isSafeInteger(id) || id < 1) throw new AppError('NOT_FOUND', 'there is no such import');
    if (form.text('confirmed') === '1') {
      controllers.undo(actor, id);
      return c.redirect(paths.controllerImports(), 303);
    }
    const { batch, facts, removed } = controllers.undo(actor, id, { dryRun: true });
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.imports.undo.question', params: { name: batch.name } }}
        consequences={[
          { key: 'confirm.imports.undo.facts', params: { n: facts } },
          { key: 'confirm.imports.undo.removed', params: { n: removed.length } },
          { key: 'confirm.imports.undo.stays' },
        ]}
        items={[]}
        count={0}
        action={paths.controllerImportUndo()}
        fields={[
          ['origin', String(id)],
          ['confirmed', '1'],
        ]}
        button={{ key: 'confirm.imports.undo.button' }}
        danger
        cancel={paths.controllerImports()}
      />,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerImports.pattern, (c) => list(c))
    .post(paths.controllerImports.pattern, upload)
    .post(paths.controllerImportUndo.pattern, undo)
    .post(paths.controllerImportColumns.pattern, columns)
    .post(paths.controllerImportStart.pattern, start)
    .post(paths.controllerImportStop.pattern, stop)
    .get(paths.controllerImportStream.pattern, stream)
    .get(paths.controllerImport.pattern, (c) => show(c));
};
