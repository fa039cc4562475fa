import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Baseline, BaselineReport } from '@sallyport/ui/baselines/baseline.tsx';
import { BaselineNew } from '@sallyport/ui/baselines/baseline-new.tsx';
import { Baselines } from '@sallyport/ui/baselines/baselines.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import type { FieldErrors, Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { momentOf } from '../../engine/inventory/view.ts';
import { AppError } from '../../platform/errors.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, scopeFor, signedIn } from '../../server/console/guard.ts';
import { numberText, param, references } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { readableCollections } from './readable.ts';
import { deviceBaselineId, groupBaselineId } from './types.ts';
import { baselineViews } from './view.ts';

/** What an auditor asks for first; the rest is chosen. */
const usual = ['platform', 'software', 'os-update', 'hardware', 'accounts'];
const reportRows = 1_000;

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Baselines: which there are, one of them, its report, and approving one. */
export const baselinePages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { baselines, inventory, devices, objects } = deps;
  const views = baselineViews(deps, model);

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const scope = scopeFor(c, 'devices:read');
    const all = baselines.list(scope, readableCollections(inventory, signedIn(c).actor, scope));
    return c.html(
      <Baselines
        ctx={viewContext(deps, c)}
        rows={all
          .map(views.row)
          .sort((a, b) => b.deviations - a.deviations || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))}
        open={all.reduce((sum, { deviations }) => sum + deviations, 0)}
        devices={all.reduce((sum, { deviating }) => sum + deviating, 0)}
      />,
    );
  };

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    return c.html(
      <Baseline
        ctx={viewContext(deps, c)}
        baseline={views.detail(param(c, 'id'), scopeFor(c, 'devices:read'))}
        limitDays={views.limitDays()}
      />,
    );
  };

  const report = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const scope = scopeFor(c, 'devices:read');
    const id = param(c, 'id');
    const baseline = views.detail(id, scope);
    const deviationsOf = (state: string) =>
      baselines.deviations({
        scope,
        filter: baselines.language.read(termsIn({ baseline: id, state })),
        limit: reportRows,
      });
    const open = deviationsOf('open');
    const closed = deviationsOf('closed');
    return c.html(
      <BaselineReport
        ctx={viewContext(deps, c)}
        baseline={baseline}
        limitDays={views.limitDays()}
        open={views.deviations(open.rows, scope)}
        closed={views.deviations(closed.rows, scope)}
        more={{ open: open.total > open.rows.length, closed: closed.total > closed.rows.length }}
      />,
    );
  };

  const showForm = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'devices:write');
    const form = c.get('form');
    const asked = (name: string): string => (errors === undefined ? (c.req.query(name) ?? '') : form.text(name));
    const publicId = asked('device');
    const device = publicId === '' ? undefined : model.get(publicId, scopeFor(c, 'devices:write'));
    const group = asked('group');
    const id = device === undefined ? groupBaselineId(group) : deviceBaselineId(device.publicId);
    const held = baselines.find(id);
    const reported = inventory
      .collections()
      .filter((collection) => device === undefined || inventory.snapshot(device.id, collection.name) !== undefined)
      .map(({ name }) => name);
    const first = held?.collections ?? usual.filter((name) => reported.includes(name));
    return c.html(
      <BaselineNew
        ctx={viewContext(deps, c)}
        {...(device === undefined ? {} : { device: { id: device.publicId, name: device.name } })}
        groups={references(objects, 'group')}
        collections={reported}
        exists={held !== undefined}
        values={
          errors === undefined
            ? {
                group,
                reference: '',
                collections: first,
                allowed: (held?.allowed ?? []).join('\n'),
                expiresAt: '',
                comment: '',
              }
            : {
                group,
                reference: form.text('reference'),
                collections: form.texts('collections'),
                allowed: form.text('allowed'),
                expiresAt: form.text('expiresAt'),
                comment: form.text('comment'),
              }
        }
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const referenceOf = (c: Context<ConsoleEnv>, text: string): string => {
    const one = model.named(text, scopeFor(c, 'devices:write'));
    if (one === undefined)
      throw new AppError('INVALID', 'no such device, or several', {
        fields: { reference: { key: 'validation.device' } },
      });
    return one.publicId;
  };

  const approve = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    try {
      const expires = form.text('expiresAt').trim();
      const expiresAt = expires === '' ? null : momentOf(expires, true);
      if (expiresAt === undefined)
        throw new AppError('INVALID', 'not a day', { fields: { expiresAt: { key: 'validation.format' } } });
      const options = {
        collections: form.texts('collections'),
        allowed: lines(form.text('allowed')),
        expiresAt,
        comment: form.text('comment'),
      };
      const device = form.text('device');
      const reference = form.text('reference').trim();
      const group = form.text('group');
      if (device === '' && objects.find('group', group) === undefined)
        throw new AppError('INVALID', 'no such group', { fields: { group: { key: 'validation.required' } } });
      const baseline =
        device === ''
          ? baselines.approveGroup(actor, group, {
              ...options,
              ...(reference === '' ? {} : { reference: referenceOf(c, reference) }),
            })
          : baselines.approveDevice(actor, devices.byPublicId(device).publicId, options);
      return goWith(c, device === '' ? paths.baseline(baseline.id) : paths.deviceTab(device, 'deviations'), {
        message: { key: 'baselines.toast' },
      });
    } catch (error) {
      return showForm(c, faultsOf(error));
    }
  };

  const remove = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const baseline = baselines.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    const message = (part: string): Message => ({ key: `baselines.${part}`, params: { name: baseline.name } });
    if (c.get('form').text('confirmed') === '1') {
      baselines.remove(actor, baseline.id);
      return goWith(c, paths.baselines(), { message: message('removed') });
    }
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={message('removeQuestion')}
        consequences={[message('removeConsequence')]}
        items={[]}
        count={1}
        action={paths.baselineRemove(baseline.id)}
        fields={[['confirmed', '1']]}
        button={message('remove')}
        danger
        cancel={paths.baseline(baseline.id)}
      />,
    );
  };

  const revert = (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'devices:write');
    const id = param(c, 'id');
    baselines.revert(actor, id, numberText(c.get('form').text('revision')));
    return goWith(c, paths.baseline(id), { message: { key: 'baselines.reverted' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.baselines.pattern, showList)
    .get(paths.baselineNew.pattern, (c) => showForm(c))
    .post(paths.baselineNew.pattern, approve)
    .get(paths.baseline.pattern, show)
    .get(paths.baselineReport.pattern, report)
    .post(paths.baselineRemove.pattern, remove)
    .post(paths.baselineRevert.pattern, revert);
};
