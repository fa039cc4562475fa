import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { FieldErrors } from '@sallyport/ui/model';
import { PlanNew, PlanPage, type PlanRow } from '@sallyport/ui/patches/plan.tsx';
import { Windows } from '@sallyport/ui/patches/windows.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Body } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, scopeFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { MaintenanceWindow } from '../windows/types.ts';

const dayMs = 86_400_000;
const shownDays = 184;
const shownOccurrences = 300;
const plannable = ['authorized', 'scheduled'] as const;
const maxOffered = 500;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** Maintenance windows as a calendar, and plans of outages. */
export const windowPages = (deps: ConsoleDeps): Pages => {
  const { patches, objects, clock } = deps;
  type Ctx = Context<ConsoleEnv>;

  /** A plan is in reach with a patch that is. */
  const isPlanIn = (body: Body, scope: Scope): boolean =>
    scope.site || texts(body['patches']).some((id) => patches.within(scope).find(Number(id)) !== undefined);

  const showCalendar = (c: Ctx): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const inReach = patches.within(scope);
    const ctx = viewContext(deps, c);
    const windows = inReach.windows();
    const byId = new Map(windows.map((window) => [window.id, window]));
    const scopeOf = (window: MaintenanceWindow | undefined): string =>
      window === undefined || window.zones.length + window.controllers.length === 0
        ? ctx.t('windows.site')
        : [
            ...window.zones.map(patches.zoneName),
            ...window.controllers.map((controller) => patches.controllers.find(controller)?.name ?? controller),
          ].join(', ');
    const gone = scope.site
      ? new Map(patches.placesGone().map(({ id, names }) => [id, names]))
      : new Map<string, string[]>();
    const now = clock();
    const { windows: open, blackouts } = inReach.calendar({ from: now, until: now + shownDays * dayMs });
    const plans = objects
      .list({ kind: 'outage-plan', limit: 1_000 })
      .rows.filter(({ body }) => isPlanIn(body, scope))
      .map(({ id, body }) => ({
        id,
        name: String(body['name'] ?? id),
        window: String(body['window']),
        from: Date.parse(String(body['startsAt'])),
      }));
    const rows = [
      ...open.map((one) => ({ ...one, type: 'window' as const })),
      ...blackouts.map((one) => ({ ...one, type: 'blackout' as const })),
    ]
      .sort((a, b) => a.from - b.from)
      .slice(0, shownOccurrences)
      .map((one) => ({
        ...one,
        late: one.tellBy <= now,
        covered: one.blackout,
        scope: scopeOf(byId.get(one.window)),
        plans: plans.filter(({ window, from }) => window === one.window && from === one.from),
      }));
    return c.html(
      <Windows
        ctx={ctx}
        occurrences={rows}
        windows={windows.map((window) => ({
          ...window,
          recurrence: window.timeZone === '' ? window.text : `${window.text}, ${window.timeZone}`,
          scope: scopeOf(window),
          gone: gone.get(window.id) ?? [],
          next: open.find((one) => one.window === window.id && one.from > now && !one.blackout)?.from ?? null,
        }))}
      />,
    );
  };

  /** An occurrence that a form or an address names. */
  const occurrence = (c: Ctx, id: string, from: string) => {
    const at = /^\d{1,15}$/.test(from) ? Number(from) : -1;
    const found = patches.within(scopeFor(c, 'controllers:write')).occurrence(id, at);
    if (found === undefined) throw new AppError('NOT_FOUND', 'the window has no such time');
    return { id, name: found.name, from: found.from, until: found.until };
  };

  const showNew = (c: Ctx, errors?: FieldErrors): Response | Promise<Response> => {
    actorFor(c, 'controllers:write');
    const form = c.get('form');
    const asked = (name: string): string => (errors === undefined ? (c.req.query(name) ?? '') : form.text(name));
    return c.html(
      <PlanNew
        ctx={viewContext(deps, c)}
        window={occurrence(c, asked('window'), asked('from'))}
        patches={patches
          .within(scopeFor(c, 'controllers:write'))
          .list({ state: plannable, limit: maxOffered })
          .rows.map(({ id, patchId, product }) => ({ id, label: `${patchId}, ${product}` }))}
        values={{ name: form.text('name'), patches: form.texts('patch'), notes: form.text('notes') }}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const create = (c: Ctx): Response | Promise<Response> => {
    const actor = actorFor(c, 'controllers:write');
    const form = c.get('form');
    const window = occurrence(c, form.text('window'), form.text('from'));
    try {
      const plan = objects.create({ ...actor, from: c.get('from') }, 'outage-plan', {
        name: form.text('name'),
        window: window.id,
        startsAt: toTime(window.from),
        patches: form.texts('patch').filter((id) => /^\d{1,15}$/.test(id)),
        notes: form.text('notes'),
      });
      return goWith(c, paths.plan(plan.id), { message: { key: 'windows.planSaved' } });
    } catch (error) {
      return showNew(c, faultsOf(error));
    }
  };

  const showPlan = (c: Ctx): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const inReach = patches.within(scope);
    const found = objects.find('outage-plan', param(c, 'id'));
    if (found === undefined || !isPlanIn(found.body, scope)) throw new AppError('NOT_FOUND', 'there is no such plan');
    const { id, body } = found;
    const window = inReach.occurrence(String(body['window']), Date.parse(String(body['startsAt'])));
    const rows = texts(body['patches']).flatMap((text): PlanRow[] => {
      const patch = inReach.find(Number(text));
      if (patch === undefined) return [];
      const own = { patch: patch.id, patchId: patch.patchId, state: patch.state };
      const targets = inReach.targets(patch.id);
      if (targets.length === 0) return [{ ...own, controller: undefined, name: undefined, openChecks: 0 }];
      return targets.map(({ controller, record, checks }) => ({
        ...own,
        controller,
        name: record?.name ?? controller,
        openChecks: checks.filter(({ fault }) => fault !== undefined).length,
      }));
    });
    return c.html(
      <PlanPage
        ctx={viewContext(deps, c)}
        plan={{
          id,
          name: String(body['name'] ?? id),
          state: String(body['state'] ?? 'draft'),
          notes: String(body['notes'] ?? ''),
        }}
        window={window && { id: window.window, name: window.name, from: window.from, until: window.until }}
        rows={rows}
      />,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.windows.pattern, showCalendar)
    .get(paths.planNew.pattern, (c) => showNew(c))
    .post(paths.planNew.pattern, create)
    .get(paths.plan.pattern, showPlan);
};
