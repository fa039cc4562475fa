import { defined } from '@sallyport/bundle-tools/platform/defined';
import { toPanel } from '@sallyport/ui/anchors';
import type { PanelPlace } from '@sallyport/ui/components/side-panel.tsx';
import type { Ctx } from '@sallyport/ui/context';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type ShownWork, WorkItem as WorkItemView } from '@sallyport/ui/worklist/work-item.tsx';
import { type WorkRow, type WorkView, workTitle, workViews } from '@sallyport/ui/worklist/work-row';
import { Worklist } from '@sallyport/ui/worklist/worklist.tsx';
import type { ZonesMap } from '@sallyport/ui/zones/zone-map.tsx';
import { type Context, Hono } from 'hono';
import { type Actor, hasRight, holdsAnywhere, scopeOf } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { setToast } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { signedIn } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { unreadOf } from '../announcements/view.ts';
import type { DeviceModel } from '../devices/view.ts';
import { levels } from '../rules/types.ts';
import { LEVELS, type ZoneStanding } from '../zones/types.ts';
import { oneLook } from './look.ts';
import { namedTargets } from './named-targets.ts';
import type { Look, WorkItem } from './types.ts';
import { accountChoices } from './view.ts';

const perPage = 50;
const trendDays = 30;
const shownZones = 8;
const mappedZones = 24;
const shownSoon = 6;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const isIn: Readonly<Record<WorkView, (item: WorkItem, reader: Actor) => boolean>> = {
  all: ({ isPutOff }) => !isPutOff,
  mine: ({ isPutOff, assignee }, reader) => !isPutOff && assignee === reader.id,
  free: ({ isPutOff, assignee }) => !isPutOff && assignee === undefined,
  later: ({ isPutOff }) => isPutOff,
};

/** The first page, and an item of it. */
export const worklistPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { worklist, vulnerabilities, deviceList, exchange, deployments, zones, objects, trends, clock } = deps;

  const named = namedTargets(deps, model);
  const nameOf = (account: string | undefined): string | undefined =>
    account === undefined ? undefined : objects.find('account', account)?.body.name;
  const toRow = (item: WorkItem): WorkRow => ({ ...item, assigneeName: nameOf(item.assignee) });

  const figures = (reader: Actor, look: Look) => {
    if (!holdsAnywhere(reader, 'devices:read')) return undefined;
    const scope = scopeOf(reader, 'devices:read');
    const listed = look(deviceList.counts, scope);
    const covered = look(deviceList.coverageCounts, scope);
    const counted = (is: (row: (typeof listed)[number]) => boolean): number =>
      listed.filter(is).reduce((sum, { devices }) => sum + devices, 0);
    const [oldest] = hasRight(reader, 'exchange:read')
      ? exchange.knowledge().toSorted((a, b) => (b.ageDays ?? 0) - (a.ageDays ?? 0))
      : [];
    const found = holdsAnywhere(reader, 'vulnerabilities:read') ? scopeOf(reader, 'vulnerabilities:read') : undefined;
    const kept = trends.list(reader, trendDays);
    return {
      act:
        found === undefined
          ? undefined
          : Object.values(look(vulnerabilities.tallies, found).matrix.act).reduce((sum, n) => sum + n, 0),
      trends: kept.trends,
      trendDays: kept.days,
      devices: {
        total: counted(({ state }) => state !== 'revoked'),
        silent: counted(({ level }) => levels[level] === 'not-visible'),
        hours: objects.setting('devices.not-visible-hours'),
        unjudged: covered['not-judged'],
        partly: covered.partly,
      },
      ...(oldest === undefined
        ? {}
        : { knowledge: { days: Math.floor(oldest.ageDays ?? 0), limit: oldest.limitDays, feed: oldest.feed } }),
    };
  };

  /** The worst of the zones with controllers; where these are all, there is room for zones without. */
  const mapOf = (scope: Scope, standing: readonly ZoneStanding[]): ZonesMap => {
    const known = new Map(standing.map((one) => [one.id, one]));
    let room = mappedZones - standing.length;
    return {
      zones: zones.zones(scope).flatMap(({ id, name, level }): ZonesMap['zones'] => {
        const one = known.get(id);
        if (one !== undefined) return [one];
        room -= 1;
        return room < 0 ? [] : [{ id, name, level, controllers: 0, abnormal: 0, unjudged: 0, health: 'ok' as const }];
      }),
      levels: LEVELS,
      conduits: zones.conduits(scope),
    };
  };

  /** What begins by its own time within a day. */
  const soonOf = (reader: Actor) => {
    const from = clock();
    const windows = holdsAnywhere(reader, 'controllers:read')
      ? deps.patches.within(scopeOf(reader, 'controllers:read')).calendar({ from, until: from + dayMs }).windows
      : [];
    const backup = hasRight(reader, 'settings:read') ? deps.backups.nextWithinADay() : undefined;
    return [
      ...(backup === undefined ? [] : [{ name: undefined, href: paths.backups(), at: backup }]),
      ...windows
        .filter((window) => window.from > from && !window.blackout)
        .map((window) => ({ name: window.name, href: paths.windows(), at: window.from })),
    ]
      .sort((a, b) => a.at - b.at)
      .slice(0, shownSoon);
  };

  const running = (scope: Scope) =>
    deployments.list({ scope, limit: 20 }).rows.flatMap(({ id, name, state, counts }) =>
      state !== 'running'
        ? []
        : [
            {
              id,
              name,
              done: counts.installed + counts.verified,
              total: counts.queued + counts.running + counts.installed + counts.verified + counts.failed,
            },
          ],
    );

  /** An item with all that its panel and its page say. */
  const shownOf = (reader: Actor, items: readonly WorkItem[], item: WorkItem, errors?: FieldErrors): ShownWork => ({
    row: toRow(item),
    rank: item.rank,
    total: item.total,
    isUrgent: item.isUrgent,
    targets: item.targets,
    named: named(reader, item.path),
    act: worklist.actOf(reader, item),
    accounts: hasRight(reader, 'work:write') ? accountChoices(objects) : [],
    ...defined({
      reason: item.isPutOff ? item.reason : undefined,
      assignee: item.assignee,
      errors,
      waitsFor: items.find(({ id }) => id === item.waitsFor),
    }),
  });

  /** Where an item stands; what is in no view any more stands between those that it would be between. */
  const placeOf = (
    ctx: Ctx,
    items: readonly WorkItem[],
    shown: readonly WorkItem[],
    item: WorkItem,
    to: (id: string) => string,
  ): PanelPlace => {
    const order = new Map(items.map(({ id }, at) => [id, at]));
    const own = order.get(item.id) ?? 0;
    const at = shown.findIndex(({ id }) => id === item.id);
    const previous = shown.findLast(({ id }) => (order.get(id) ?? 0) < own);
    const next = shown.find(({ id }) => (order.get(id) ?? 0) > own);
    return defined({
      at: at < 0 ? undefined : ctx.t('work.of', { n: at + 1, total: shown.length }),
      previous: previous && to(previous.id),
      next: next && to(next.id),
    });
  };

  const list = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const ctx = viewContext(deps, c);
    const view = workViews.find((one) => one === c.req.query('view')) ?? 'all';
    model.catchUp();
    const look = oneLook();
    const items = worklist.list(actor, look);
    const found = items.filter((item) => isIn[view](item, actor));
    const after = c.req.query('after');
    const from = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
    const shown = found.slice(from, from + perPage);
    const count = (one: WorkView): number => items.filter((item) => isIn[one](item, actor)).length;
    const band = (name: WorkItem['band']): number =>
      items.filter((item) => !item.isPutOff && item.band === name).length;
    const opened = c.req.query('open');
    // What is done is gone: then the list stands alone.
    const open = opened === undefined ? undefined : items.find(({ id }) => id === opened);
    const seesZones = open === undefined && holdsAnywhere(actor, 'controllers:read');
    const standing = seesZones ? zones.standing(scopeOf(actor, 'controllers:read'), mappedZones, look) : [];
    const to = (id: string): string =>
      toPanel(paths.work({ view: view === 'all' ? undefined : view, after, open: id }));
    return c.html(
      <Worklist
        ctx={ctx}
        view={view}
        after={after}
        open={
          open === undefined
            ? undefined
            : { shown: shownOf(actor, items, open), place: placeOf(ctx, items, shown, open, to) }
        }
        counts={{ all: count('all'), mine: count('mine'), free: count('free'), later: count('later') }}
        bands={{ now: band('now'), today: band('today'), week: band('week') }}
        rows={shown.map(toRow)}
        {...defined({
          next: from + perPage < found.length ? shown.at(-1)?.id : undefined,
          figures: open === undefined ? figures(actor, look) : undefined,
          unread: unreadOf(deps.announcements.list(actor), ctx.lang),
        })}
        zones={standing.slice(0, shownZones)}
        soon={open === undefined ? soonOf(actor) : []}
        map={seesZones ? mapOf(scopeOf(actor, 'controllers:read'), standing) : undefined}
        running={
          open === undefined && holdsAnywhere(actor, 'deployments:read')
            ? running(scopeOf(actor, 'deployments:read'))
            : []
        }
        requestsOut={
          hasRight(actor, 'exchange:read')
            ? exchange.state().openRequests.map(({ number, createdAt }) => ({ number, since: createdAt }))
            : []
        }
      />,
    );
  };

  const show = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const ctx = viewContext(deps, c);
    const items = worklist.list(actor);
    const id = param(c, 'item');
    const item = items.find((one) => one.id === id) ?? worklist.get(actor, id);
    const open = items.filter(({ isPutOff }) => !isPutOff);
    return c.html(
      <WorkItemView
        ctx={ctx}
        shown={shownOf(actor, items, item, errors)}
        place={placeOf(ctx, items, open, item, (other) => paths.workItem(other))}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const write = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const id = param(c, 'item');
    try {
      const action = form.text('action');
      const { toast, item } =
        action === 'assign'
          ? { toast: 'work.assigned', item: worklist.assign(actor, id, form.text('assignee') || null) }
          : action === 'later'
            ? {
                toast: 'work.putOffNow',
                item: worklist.putOff(actor, id, {
                  until: clock() + Number(form.text('hours')) * hourMs,
                  reason: form.text('reason'),
                }),
              }
            : { toast: 'work.isBack', item: worklist.putOff(actor, id, null) };
      setToast(c, { message: { key: toast, params: { title: workTitle(viewContext(deps, c, 'part'), toRow(item)) } } });
      // The receipt stands on the panel, and the next item is one key away; or on the page that asked.
      const back = form.text('back');
      return c.redirect(isLocalPath(back) ? back : toPanel(paths.work({ open: id })), 303);
    } catch (error) {
      // The form asks for how long, the service until when.
      const { until, ...others } = faultsOf(error);
      return show(c, until === undefined ? others : { ...others, hours: until });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.work.pattern, list)
    .get(paths.workItem.pattern, (c) => show(c))
    .post(paths.workItem.pattern, write);
};
