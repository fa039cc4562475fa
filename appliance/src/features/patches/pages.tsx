import { defined } from '@sallyport/bundle-tools/platform/defined';
import { currentCursor, filterValues } from '@sallyport/ui/list';
import type { FieldErrors, FilterField } from '@sallyport/ui/model';
import { PatchPage } from '@sallyport/ui/patches/patch.tsx';
import { PatchCheck } from '@sallyport/ui/patches/patch-check.tsx';
import { PatchMove } from '@sallyport/ui/patches/patch-move.tsx';
import { type PatchField, PatchNew, patchFields } from '@sallyport/ui/patches/patch-new.tsx';
import { Patches } from '@sallyport/ui/patches/patches.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { type Form, faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor, scopeFor, signedIn } from '../../server/console/guard.ts';
import { chosen, listState, numberParam, numberText, pageRows, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { siteMoments } from '../../server/console/site-moment.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import {
  type Answer,
  type CheckItem,
  DEADLINES,
  isPatchState,
  type MoveOption,
  PATCH_STATES,
  type PatchState,
  TESTED_ON,
  wantedValue,
} from './types.ts';
import { moveRow, optionView, patchDetail, requestView, targetRow } from './view.ts';

const dayMs = 86_400_000;
const offeredControllers = 500;

const filters: readonly FilterField[] = [
  {
    name: 'state',
    label: 'patches.filter.state',
    options: PATCH_STATES.map((value) => ({ value, key: `patches.state.${value}` })),
  },
  { name: 'overdue', label: 'patches.filter.overdue', options: [{ value: 'yes', key: 'patches.overdueOnly' }] },
];

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Patches of controllers: the list, one of them, moving it, signing, its checklists. */
export const patchPages = (deps: ConsoleDeps): Pages => {
  const { patches, objects, clock, timeZone } = deps;
  const times = siteMoments(timeZone);
  type Ctx = Context<ConsoleEnv>;

  const nameOfController = (controller: string): string => patches.controllers.find(controller)?.name ?? controller;
  const nameOfWindow = (id: string): string =>
    String(objects.find('maintenance-window', id, { deleted: true })?.body['name'] ?? id);

  const reading = (c: Ctx) => patches.within(scopeFor(c, 'controllers:read'));

  const showList = (c: Ctx): Response | Promise<Response> => {
    const inReach = reading(c);
    const list = listState(c, ['state', 'overdue']);
    const cursor = currentCursor(list);
    const after = cursor === undefined ? undefined : numberText(cursor);
    const { rows, total, next } = inReach.list({
      state: chosen(PATCH_STATES, filterValues(list, 'state')),
      overdue: filterValues(list, 'overdue').includes('yes'),
      search: list.q,
      limit: pageRows,
      ...defined({ after }),
    });
    const counts = inReach.counts();
    return c.html(
      <Patches
        ctx={viewContext(deps, c)}
        list={list}
        filters={filters}
        page={{ rows, total, next: next === undefined ? undefined : String(next) }}
        counts={{
          n: counts.states.reduce((sum, { n }) => sum + n, 0),
          overdue: counts.overdue,
          waiting: counts.waiting,
        }}
      />,
    );
  };

  const valuesOf = (text: (name: string) => string): Record<PatchField, string> =>
    Object.fromEntries(
      [...patchFields, 'vulnerabilities' as const, 'remarks' as const].map((name) => [name, text(name)]),
    ) as Record<PatchField, string>;

  const showNew = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'controllers:write');
    // A finding leads here with what its advisory says.
    const given = errors === undefined ? (name: string) => c.req.query(name) ?? '' : c.get('form').text;
    return c.html(
      <PatchNew ctx={viewContext(deps, c)} values={valuesOf(given)} errors={errors} />,
      errors === undefined ? 200 : 422,
    );
  };

  /** Runs what a form asks for; faults of its fields come back to it. */
  const attempt = (
    work: () => Response | Promise<Response>,
    again: (errors: FieldErrors) => Response | Promise<Response>,
  ): Response | Promise<Response> => {
    try {
      return work();
    } catch (error) {
      return again(faultsOf(error));
    }
  };

  const time = (name: string, text: string): number => {
    const at = times.moment(text);
    if (at === undefined)
      throw new AppError('INVALID', 'no time', { fields: { [name]: { key: 'validation.format' } } });
    return at;
  };

  const create = (c: Ctx): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const values = valuesOf(c.get('form').text);
    return attempt(
      () => {
        const { vulnerabilities, publishedAt, ...rest } = values;
        const { id } = patches.create(actor, {
          ...rest,
          vulnerabilities: lines(vulnerabilities),
          ...(publishedAt.trim() === '' ? {} : { publishedAt: time('publishedAt', publishedAt) }),
        });
        return c.redirect(paths.patch(id), 303);
      },
      (errors) => showNew(c, errors),
    );
  };

  const show = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const inReach = patches.within(scope);
    const id = numberParam(c, 'id');
    const patch = inReach.get(id);
    const nameOf = actorNames(objects);
    const targets = inReach.targets(id);
    const ctx = viewContext(deps, c);
    const taken = new Set(targets.map(({ controller }) => controller));
    const isLikely = (vendor: string | null): boolean =>
      vendor?.toLowerCase().includes(patch.vendor.toLowerCase().slice(0, 6)) === true;
    return c.html(
      <PatchPage
        // It is moved and changed as a whole.
        ctx={scope.site ? ctx : { ...ctx, can: () => false }}
        patch={patchDetail(patch, nameOfWindow)}
        options={inReach.options(id).map((option) => optionView(option, nameOfController))}
        requests={inReach.requests(id).map((request) => requestView(request, nameOf))}
        targets={targets.map((target) => targetRow(target, patches))}
        controllers={(scope.site ? patches.controllers.list({ limit: offeredControllers }) : [])
          .filter((one) => !taken.has(one.id))
          // Those of the same vendor first.
          .toSorted((a, b) => Number(isLikely(b.vendor)) - Number(isLikely(a.vendor)) || (a.name < b.name ? -1 : 1))
          .map((one) => ({ id: one.id, name: [one.name, one.vendor, one.product].filter(Boolean).join(', ') }))}
        history={inReach.history(id).map((move) => moveRow(move, nameOf))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const optionOf = (c: Ctx, id: number, to: string): MoveOption => {
    const found = isPatchState(to)
      ? reading(c)
          .options(id)
          .find((option) => option.to === to)
      : undefined;
    if (found === undefined) throw new AppError('NO_SUCH_MOVE', 'a patch in this state cannot become that');
    return found;
  };

  const windowChoices = (c: Ctx) =>
    reading(c)
      .calendar({ from: clock(), until: clock() + 200 * dayMs })
      .windows.filter(({ from, blackout }) => from > clock() && !blackout)
      .slice(0, 200)
      .map(({ window, name, from, until, tellBy }) => ({ window, name, from, until, tellBy, late: tellBy <= clock() }));

  const evidenceNames = [
    'until',
    'installedAt',
    'plan',
    'owner',
    'supersededBy',
    'testedOn',
    'window',
    'reference',
    'files',
  ];

  const showMove = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'controllers:write');
    const id = numberParam(c, 'id');
    const form = c.get('form');
    const to = errors === undefined ? (c.req.query('to') ?? '') : form.text('to');
    const patch = reading(c).get(id);
    const option = optionOf(c, id, to);
    const view = optionView(option, nameOfController);
    const isPlanned = option.evidence.includes('window');
    return c.html(
      <PatchMove
        ctx={viewContext(deps, c)}
        patch={{ id, patchId: patch.patchId }}
        to={to}
        wanted={option.evidence}
        roles={view.roles}
        closed={view.gates.flatMap(({ open, reason, controllers }) =>
          open || reason === undefined ? [] : [{ reason, controllers }],
        )}
        windows={isPlanned ? windowChoices(c) : []}
        values={Object.fromEntries(['reason', ...evidenceNames].map((name) => [name, form.text(name)]))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const evidenceOf = (form: Form) => {
    const given = (name: string): string => form.text(name).trim();
    const text = (name: string) => (given(name) === '' ? {} : { [name]: given(name).slice(0, 500) });
    const at = (name: string) => (given(name) === '' ? {} : { [name]: time(name, given(name)) });
    const [window, from] = given('window').split(' ');
    const tested = TESTED_ON.find((one) => one === given('testedOn'));
    const files = lines(form.text('files'));
    if (files.some((file) => !/^[0-9a-f]{64}$/.test(file) || patches.file(file) === undefined))
      throw new AppError('INVALID', 'no such file', { fields: { files: { key: 'validation.hash' } } });
    return {
      ...text('reference'),
      ...text('plan'),
      ...text('owner'),
      ...text('supersededBy'),
      ...at('until'),
      ...at('installedAt'),
      ...defined({ testedOn: tested }),
      ...(files.length === 0 ? {} : { files }),
      ...(window === undefined || from === undefined || !/^\d{1,15}$/.test(from)
        ? {}
        : { window, windowFrom: Number(from) }),
    };
  };

  const move = (c: Ctx): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const id = numberParam(c, 'id');
    const form = c.get('form');
    const { to } = optionOf(c, id, form.text('to'));
    return attempt(
      () => {
        const asked = { to: to as PatchState, reason: form.text('reason'), evidence: evidenceOf(form) };
        const { patch, request } = patches.move({ ...actor, from: c.get('from') }, id, asked);
        const ctx = viewContext(deps, c, 'part');
        return goWith(c, paths.patch(id), {
          message:
            request === null
              ? {
                  key: 'patches.moved',
                  params: { patch: patch.patchId, state: ctx.tDynamic(`patches.state.${patch.state}`) },
                }
              : { key: 'patches.asked', params: { patch: patch.patchId } },
        });
      },
      (errors) => showMove(c, errors),
    );
  };

  const sign = (c: Ctx): Response | Promise<Response> => {
    const actor = deciderFor(c, 'controllers:write');
    const id = numberParam(c, 'id');
    const form = c.get('form');
    return attempt(
      () => {
        const agrees = form.text('agrees') === 'yes';
        const request = numberText(form.text('request'));
        if (
          !reading(c)
            .requests(id)
            .some((one) => one.id === request)
        )
          throw new AppError('NOT_FOUND', 'there is no such request');
        patches.sign({ ...actor, from: c.get('from') }, request, { agrees, comment: form.text('comment') });
        return goWith(c, paths.patch(id), {
          message: { key: agrees ? 'patches.signedToast' : 'patches.declinedToast' },
        });
      },
      (errors) => show(c, errors),
    );
  };

  /** The small forms of a patch's page. */
  const change =
    (work: (c: Ctx, id: number) => void) =>
    (c: Ctx): Response | Promise<Response> =>
      attempt(
        () => {
          const id = numberParam(c, 'id');
          work(c, id);
          return goWith(c, paths.patch(id), { message: { key: 'patches.saved' } });
        },
        (errors) => show(c, errors),
      );

  const extend = change((c, id) => {
    const form = c.get('form');
    const wanted = DEADLINES.find((one) => one === form.text('clock'));
    if (wanted === undefined)
      throw new AppError('INVALID', 'no such deadline', { fields: { clock: { key: 'validation.choice' } } });
    patches.extend(actorFor(c, 'controllers:write'), id, {
      deadline: wanted,
      until: time('until', form.text('until')),
      reason: form.text('reason'),
    });
  });
  const describe = change((c, id) => {
    const form = c.get('form');
    patches.describe(actorFor(c, 'controllers:write'), id, {
      targetVersion: form.text('targetVersion'),
      sha256: form.text('sha256'),
      vulnerabilities: lines(form.text('vulnerabilities')),
    });
  });
  const target = change((c, id) => {
    const form = c.get('form');
    patches.setTarget(actorFor(c, 'controllers:write'), id, form.text('controller'), form.text('wanted') === 'yes');
  });

  const showCheck = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    const inReach = reading(c);
    const id = numberParam(c, 'id');
    const controller = param(c, 'controller');
    const patch = inReach.get(id);
    const found = inReach.targets(id).find((one) => one.controller === controller);
    if (found === undefined) throw new AppError('NOT_FOUND', 'the patch is not for this controller');
    const nameOf = actorNames(objects);
    return c.html(
      <PatchCheck
        ctx={viewContext(deps, c)}
        patch={{ id, patchId: patch.patchId }}
        controller={{ id: controller, name: found.record?.name ?? controller }}
        closed={['installed', 'verified', 'superseded'].includes(patch.state)}
        rows={found.checks.map(({ item, answered, fault }) => ({
          item,
          wants: wantedValue[item],
          answer: answered?.answer,
          note: answered?.note ?? '',
          value: answered?.value ?? null,
          who: answered === null ? undefined : nameOf(answered.actor),
          at: answered?.at,
          fault,
        }))}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const check = (c: Ctx): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const id = numberParam(c, 'id');
    const controller = param(c, 'controller');
    const form = c.get('form');
    return attempt(
      () => {
        patches.answer({ ...actor, from: c.get('from') }, id, controller, {
          item: form.text('item') as CheckItem,
          answer: form.text('answer') as Answer,
          note: form.text('note'),
          value: form.has('value') ? form.text('value') : null,
        });
        return goWith(c, paths.patchCheck(id, controller), { message: { key: 'patches.saved' } });
      },
      (errors) => showCheck(c, errors),
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.patches.pattern, showList)
    .get(paths.patchNew.pattern, (c) => showNew(c))
    .post(paths.patchNew.pattern, create)
    .get(paths.patch.pattern, (c) => show(c))
    .get(paths.patchMove.pattern, (c) => showMove(c))
    .post(paths.patchMove.pattern, move)
    .post(paths.patchSign.pattern, sign)
    .post(paths.patchExtend.pattern, extend)
    .post(paths.patchDescribe.pattern, describe)
    .post(paths.patchTarget.pattern, target)
    .get(paths.patchCheck.pattern, (c) => showCheck(c))
    .post(paths.patchCheck.pattern, check);
};
