import type { FieldErrors } from '@sallyport/ui/model';
import { EvidencePacks } from '@sallyport/ui/patches/evidence.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { numberParam, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { siteMoments } from '../../server/console/site-moment.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

const dayMs = 86_400_000;
const shown = 100;
const types = { json: 'application/json', pdf: 'application/pdf', signature: 'application/json' } as const;

/** Evidence packs: asking for one, and its files. */
export const evidencePages = (deps: ConsoleDeps): Pages => {
  const { patches, objects, jobs, clock, timeZone } = deps;
  const times = siteMoments(timeZone);
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const form = c.get('form');
    const nameOf = actorNames(objects);
    const { lang } = c.get('preferences');
    return c.html(
      <EvidencePacks
        ctx={viewContext(deps, c)}
        packs={patches.evidence.list(shown).map((pack) => {
          const run = pack.job === null ? undefined : jobs.get(pack.job);
          return {
            ...pack,
            // The last day of the period, not the first one after it.
            to: pack.to - 1,
            who: nameOf(pack.actor),
            sha256: pack.jsonSha256,
            failed: run?.state === 'failed' ? (run.error?.code ?? 'INTERNAL') : undefined,
          };
        })}
        values={
          errors === undefined
            ? { from: times.day(clock() - 90 * dayMs), to: times.day(clock()), lang }
            : { from: form.text('from'), to: form.text('to'), lang: form.text('lang') }
        }
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const ask = (c: Ctx): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    const [from, last] = [times.moment(form.text('from')), times.moment(form.text('to'))];
    const faults: FieldErrors = {
      ...(from === undefined ? { from: { key: 'validation.format' } } : {}),
      ...(last === undefined ? { to: { key: 'validation.format' } } : {}),
    };
    if (from === undefined || last === undefined) return show(c, faults);
    try {
      const to = times.moment(times.day(last + 36 * 3_600_000)) ?? last + dayMs;
      const pack = patches.evidence.ask({ ...actor, from: c.get('from') }, { from, to, lang: form.text('lang') });
      patches.evidence.setJob(pack, jobs.enqueue('evidence', { pack }));
    } catch (error) {
      return show(c, faultsOf(error));
    }
    return goWith(c, paths.evidence(), { message: { key: 'evidence.started' } });
  };

  const download = (c: Ctx): Response | Promise<Response> => {
    actorFor(c, 'controllers:read');
    const which = param(c, 'file');
    if (which !== 'json' && which !== 'pdf' && which !== 'signature')
      throw new AppError('NOT_FOUND', 'there is no such file');
    const { name, bytes } = patches.evidence.file(numberParam(c, 'id'), which);
    return c.body(new Uint8Array(bytes), 200, {
      'Content-Type': types[which],
      'Content-Disposition': `attachment; filename="${name}"`,
      'Cache-Control': 'no-store',
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.evidence.pattern, (c) => show(c))
    .post(paths.evidence.pattern, ask)
    .get(paths.evidenceFile.pattern, download);
};
