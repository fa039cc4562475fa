import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { FieldErrors } from '@sallyport/ui/model';
import { Measures } from '@sallyport/ui/patches/measures.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor, deciderFor } from '../../server/console/guard.ts';
import { eachOf, inColumns, sendRows } from '../../server/console/list-file.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

const maxFileBytes = 64 * 1024 * 1024;
const shownFiles = 200;

/** Compensating controls, accepted risks and the files that prove them. */
export const measurePages = (deps: ConsoleDeps): Pages => {
  const { patches, objects, store } = deps;
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const nameOf = actorNames(objects);
    const person = patches.people.personOf(actor);
    const { mitigations, acceptances } = patches.measures;
    const nameOfController = (controller: string): string => patches.controllers.find(controller)?.name ?? controller;
    return c.html(
      <Measures
        ctx={ctx}
        mitigations={mitigations().map((one) => ({
          ...one,
          scope: [...one.zones, ...one.controllers.map(nameOfController)].join(', ') || ctx.t('windows.site'),
          owner: nameOf(one.owner),
        }))}
        acceptances={acceptances().map((one) => ({
          ...one,
          scope: [one.vendor, one.product, one.zone].filter((part) => part !== '').join(', '),
          owner: nameOf(one.owner),
          approver: one.approver === null ? null : nameOf(one.approver),
          isOwn: person === one.owner || person === one.author,
        }))}
        files={patches.files(shownFiles).map((file) => ({ ...file, who: nameOf(file.actor) }))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const sendAcceptances = (c: Ctx): Response => {
    actorFor(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const nameOf = actorNames(objects);
    const { head, cellsOf } = inColumns<ReturnType<typeof patches.measures.acceptances>[number]>(ctx, [
      ['field.name', (row) => row.name],
      ['common.vulnerability', (row) => row.vulnerability],
      ['field.vendor', (row) => row.vendor],
      ['kind.risk-acceptance.field.product', (row) => row.product],
      ['field.zone', (row) => row.zone],
      ['measures.versions', (row) => row.versions],
      ['field.reason', (row) => row.reason],
      ['field.owner', (row) => nameOf(row.owner)],
      ['field.state', (row) => ctx.tDynamic(`measures.state.${row.state}`)],
      [
        'measures.effect',
        (row) => ctx.t(row.effect === 'controllers' ? 'measures.effect.controllers' : 'measures.effect.without'),
      ],
      ['common.why', (row) => (row.effect === 'controllers' ? '' : ctx.t(`measures.effect.${row.effect}`))],
      ['common.approvedBy', (row) => (row.approver === null ? '' : nameOf(row.approver))],
      ['measures.ends', (row) => (row.expiresAt === null ? '' : toTime(row.expiresAt))],
    ]);
    return sendRows(deps, c, ctx, {
      name: 'accepted-risks',
      title: ctx.t('measures.acceptances'),
      page: paths.measures(),
      filter: '',
      head,
      rows: eachOf(patches.measures.acceptances(), cellsOf),
    });
  };

  const approve = (c: Ctx): Response => {
    const actor = deciderFor(c, 'controllers:write');
    patches.measures.approve({ ...actor, from: c.get('from') }, c.get('form').text('id'));
    return goWith(c, paths.measures(), { message: { key: 'measures.approved' } });
  };

  const attach = async (c: Ctx): Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const path = join(deps.paths.staging, `evidence-${Buffer.from(randomBytes(12)).toString('hex')}`);
    try {
      const upload = await receiveFile(deps, c, path, maxFileBytes);
      if (upload.sizeBytes === 0) return await show(c, { file: { key: 'validation.required' } });
      const sha256 = await patches.attach({ ...actor, from: c.get('from') }, upload.fileName, readFileSync(path));
      return goWith(c, paths.measures(), { message: { key: 'measures.attached', params: { sha256 } } });
    } catch (error) {
      if (toFailure(error).code !== 'TOO_LARGE') throw error;
      return await show(c, { file: { key: 'validation.tooBig', params: { max: '64 MB' } } });
    } finally {
      rmSync(path, { force: true });
    }
  };

  const download = (c: Ctx): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const file = patches.file(param(c, 'sha256'));
    if (file === undefined) throw new AppError('NOT_FOUND', 'there is no such file');
    const name = file.name.replace(/[^A-Za-z0-9._-]/g, '-');
    // An uploaded file: never shown in a page of this server.
    return c.body(new Uint8Array(store.read(file.sha256, maxFileBytes)), 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${name}"`,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.measures.pattern, (c) => show(c))
    .get(paths.measuresCsv.pattern, sendAcceptances)
    .post(paths.measureApprove.pattern, approve)
    .post(paths.measureAttach.pattern, attach)
    .get(paths.measureFile.pattern, download);
};
