import { Readable } from 'node:stream';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type SampleRow, Samples } from '@sallyport/ui/queries/samples.tsx';
import { type Context, Hono } from 'hono';
import { faultsOf } from '../../server/console/form.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';

const listed = 100;

/** Files for analysis: asked for, approved by a second person, fetched. */
export const samplePages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { samples, objects } = deps;

  const show = (
    c: Context<ConsoleEnv>,
    values: { device: string; path: string; reason: string },
    errors?: FieldErrors,
  ): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const found = samples.list({ scope: scopeFor(c, 'queries:read'), limit: listed });
    const named = model.references(found.map(({ device }) => device));
    const nameOf = actorNames(objects);
    return c.html(
      <Samples
        ctx={viewContext(deps, c)}
        values={values}
        errors={errors}
        rows={found.map(
          (sample): SampleRow => ({
            id: sample.id,
            device: named.get(sample.device) ?? { id: String(sample.device), name: `#${sample.device}` },
            path: sample.path ?? '–',
            reason: sample.reason ?? '',
            state: sample.state,
            askedBy: nameOf(sample.askedBy),
            askedAt: sample.askedAt,
            decidedBy: sample.decidedBy === null ? undefined : nameOf(sample.decidedBy),
            sizeBytes: sample.sizeBytes ?? undefined,
            sha256: sample.sha256 ?? undefined,
            code: sample.code ?? undefined,
            isOwn: deps.gate.hindrance(actor, { act: 'sample-approve', thing: sample.id }) === 'APPROVAL_SELF',
          }),
        )}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const ask = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const values = {
      device: form.text('device').trim(),
      path: form.text('path'),
      reason: form.text('reason'),
    };
    const device = model.named(values.device, scopeFor(c, 'queries:write'));
    if (device === undefined) return show(c, values, { device: { key: 'validation.device' } });
    try {
      samples.ask(actor, { device: device.id, path: values.path, reason: values.reason });
      return c.redirect(paths.samples(), 303);
    } catch (error) {
      return show(c, values, faultsOf(error));
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.samples.pattern, (c) =>
      show(c, { device: new URL(c.req.url).searchParams.get('device') ?? '', path: '', reason: '' }),
    )
    .post(paths.samples.pattern, ask)
    .post(paths.sampleDecide.pattern, (c) => {
      const decision = c.get('form').text('decision') === 'approve' ? 'approve' : 'decline';
      samples.decide(signedIn(c).actor, param(c, 'id'), decision);
      return c.redirect(paths.samples(), 303);
    })
    .get(paths.sampleFile.pattern, (c) => {
      const { actor } = signedIn(c);
      const sample = samples.get(param(c, 'id'), scopeFor(c, 'queries:write'));
      const stream = Readable.toWeb(Readable.from(samples.read(actor, sample.id))) as ReadableStream<Uint8Array>;
      return c.body(stream, 200, {
        'Content-Type': 'application/octet-stream',
        'Content-Disposition': `attachment; filename="sample-${sample.id.slice(0, 8)}.tar"`,
        'Cache-Control': 'no-store',
      });
    });
};
