import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Integrity } from '@sallyport/ui/integrity/integrity.tsx';
import { Program } from '@sallyport/ui/integrity/program.tsx';
import { currentCursor, filterValues } from '@sallyport/ui/list';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { momentOf } from '../../engine/inventory/view.ts';
import { asWriter } from '../../engine/objects/types.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { listState, param, slicePage } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { programRow, programView } from './program-view.ts';
import { STATES } from './types.ts';

const maxFileBytes = 8 * 1024 * 1024 * 1024;

/** Whether the programs of controllers are the ones that were approved; approving, and files as evidence. */
export const integrityPages = (deps: ConsoleDeps): Pages => {
  const { integrity, objects } = deps;

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const list = listState(c, ['state']);
    const [asked] = filterValues(list, 'state');
    const state = STATES.find((known) => known === asked);
    const page = slicePage(
      integrity.list(state === undefined ? {} : { state: [state] }, scope),
      currentCursor(list),
      ({ publicId }) => publicId,
    );
    return c.html(
      <Integrity
        ctx={viewContext(deps, c)}
        list={list}
        state={state}
        counts={integrity.counts(scope)}
        page={{ ...page, rows: page.rows.map(programRow) }}
      />,
    );
  };

  const show = (
    c: Context<ConsoleEnv>,
    extra: { errors?: FieldErrors; values?: Record<string, string> } = {},
  ): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const ctx = viewContext(deps, c);
    const { errors, values = {} } = extra;
    return c.html(
      <Program
        ctx={ctx}
        {...programView(ctx, deps, integrity.get(param(c, 'id'), scopeFor(c, 'controllers:read')), actor)}
        values={values}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const act = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const id = param(c, 'id');
    const done = (key: string): Response => {
      return goWith(c, paths.controllerProgram(id), { message: { key } });
    };
    try {
      switch (form.text('action')) {
        case 'approve': {
          const { proposal } = integrity.approve(actor, id, {
            reason: form.text('reason'),
            workOrder: form.text('workOrder'),
            contentHash: form.text('hash'),
          });
          return done(proposal === null ? 'integrity.toastApproved' : 'integrity.toastProposed');
        }
        case 'confirm':
          integrity.confirm(actor, id, 'approve');
          return done('integrity.toastApproved');
        case 'decline':
          integrity.confirm(actor, id, 'decline');
          return done('integrity.toastDeclined');
        case 'keep': {
          const moment = form.text('moment');
          if (moment !== 'before' && moment !== 'after')
            throw new AppError('INVALID', 'moment', { fields: { moment: { key: 'validation.choice' } } });
          integrity.snapshot(actor, id, moment, form.text('keptOrder'));
          return done('integrity.toastKept');
        }
        default:
          throw new AppError('MALFORMED', 'the form has no action');
      }
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code !== 'INVALID' && code !== 'CONFLICT') throw error;
      const { workOrder: keptOrder, ...fields } = (details.fields ?? {}) as Record<string, FieldErrors[string]>;
      const errors =
        code === 'CONFLICT' ? { '': { key: 'validation.conflict' } } : { ...fields, ...defined({ keptOrder }) };
      const values = Object.fromEntries(
        ['reason', 'workOrder', 'keptOrder', 'moment'].map((name) => [name, form.text(name)]),
      );
      return show(c, { errors, values });
    }
  };

  const hashOf = async (path: string): Promise<string> => {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  };

  const addFile = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    // Before anything is received: a file of gigabytes for a missing controller is refused at once.
    integrity.get(id, scopeFor(c, 'controllers:write'));
    const path = join(deps.paths.staging, `project-${Buffer.from(randomBytes(12)).toString('hex')}`);
    try {
      const upload = await receiveFile(deps, c, path, maxFileBytes);
      if (upload.sizeBytes === 0) return await show(c, { errors: { file: { key: 'validation.required' } } });
      const field = (name: string): string => upload.fields.get(name)?.trim() ?? '';
      const day = field('restoreTestedAt');
      const tested = day === '' ? undefined : momentOf(day, false);
      if (day !== '' && tested === undefined)
        return await show(c, { errors: { restoreTestedAt: { key: 'validation.format' } } });
      const name = upload.fileName.split(/[\\/]/).at(-1) ?? '';
      objects.ofAnyKind.create(asWriter(actor, 'controllers:write'), 'controller-project-file', {
        controller: id,
        name: name === '' ? 'file' : name,
        sort: field('sort'),
        sha256: await hashOf(path),
        sizeBytes: upload.sizeBytes,
        tool: field('tool'),
        toolVersion: field('toolVersion'),
        place: field('place'),
        ...(tested === undefined ? {} : { restoreTestedAt: toTime(tested) }),
      });
      return goWith(c, paths.controllerProgram(id), { message: { key: 'integrity.toastFile' } });
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code !== 'INVALID') throw error;
      return await show(c, { errors: (details.fields ?? {}) as FieldErrors });
    } finally {
      rmSync(path, { force: true });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.controllerIntegrity.pattern, showList)
    .get(paths.controllerProgram.pattern, (c) => show(c))
    .post(paths.controllerProgram.pattern, act)
    .post(paths.controllerProjectFile.pattern, addFile);
};
