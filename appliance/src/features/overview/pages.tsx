import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Overview } from '@sallyport/ui/overview/overview.tsx';
import type { OverviewProps } from '@sallyport/ui/overview/overview-model';
import { paths } from '@sallyport/ui/paths';
import { Hono } from 'hono';
import { fromMoment } from '../../engine/events/types.ts';
import { hasRight } from '../../engine/objects/types.ts';
import { actorFor, scopeFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { eventWords } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { unreadOf } from '../announcements/view.ts';
import type { DeviceModel } from '../devices/view.ts';
import { exchangeTrips } from '../exchange/story.ts';
import { DECISIONS } from '../vulnerabilities/types.ts';

const shiftMs = 8 * 3_600_000;
const trendDays = 14;
const shownEvents = 8;
const shownZones = 8;

/** The first page: what is abnormal, where is the medium, what must be done, how old is what we know, what happened. */
export const overviewPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { exchange, queries, vulnerabilities, deviceList, updates, deployments, events, objects, zones, clock } = deps;

  const exchangePart = (): OverviewProps['exchange'] => {
    const state = exchange.state();
    const [left] = queries.requests(1);
    const open = state.openRequests.at(-1);
    const came = exchange
      .imports({ limit: 50 })
      .find(
        (row) =>
          row.state === 'done' &&
          row.receipt !== undefined &&
          row.seq !== undefined &&
          (row.seq ?? 0) > 0 &&
          row.summary !== undefined,
      );
    return {
      trips: exchangeTrips(deps),
      nextNumber: state.requestNumber + 1,
      ...(state.trust === null
        ? { setup: 'no-trust' as const }
        : left === undefined
          ? { setup: 'no-request' as const }
          : {}),
      ...(left === undefined
        ? {}
        : {
            left: {
              number: left.number,
              at: left.createdAt,
              wants: left.wants,
              feeds: queries.feeds(),
              bytes: left.sizeBytes,
            },
          }),
      ...(open === undefined ? {} : { onTheWay: { number: open.number, since: open.createdAt } }),
      ...(came?.summary === undefined
        ? {}
        : {
            came: {
              seq: came.summary.seq,
              at: came.finishedAt ?? came.startedAt,
              receipt: came.receipt ?? 0,
              advisories: came.summary.advisories,
              updates: came.summary.updates,
              bytes: came.summary.counts.bytes,
              unfulfilled: came.summary.counts.unfulfilled,
            },
          }),
    };
  };

  /** Zones with controllers in them, the worst first; nothing where the site has no controllers. */
  const controllersPart = (): OverviewProps['controllers'] => {
    const { total, warning, critical } = zones.counts();
    if (total === 0) return undefined;
    const rank = { critical: 0, warning: 1, ok: 2 } as const;
    return {
      total,
      warning,
      critical,
      zones: zones
        .overview()
        .zones.filter((zone) => zone.controllers.length > 0)
        .map(({ id, name, controllers }) => {
          const abnormal = controllers.filter((one) => one.health !== 'ok');
          const worst = abnormal.sort((a, b) => rank[a.health] - rank[b.health])[0];
          const [reason] = worst?.reasons ?? [];
          return {
            id,
            name,
            controllers: controllers.length,
            health: worst?.health ?? ('ok' as const),
            abnormal: abnormal.length,
            ...(reason === undefined ? {} : { reason: { key: reason.key, ...defined({ params: reason.params }) } }),
          };
        })
        .sort((a, b) => rank[a.health] - rank[b.health] || (a.name < b.name ? -1 : 1))
        .slice(0, shownZones),
    };
  };

  return new Hono<ConsoleEnv>().get(paths.overview.pattern, (c) => {
    const scope = scopeFor(c, 'devices:read');
    // Most of what it shows is of the whole site.
    if (!scope.site) return c.redirect(paths.devices(), 303);
    const reader = actorFor(c, 'devices:read');
    const ctx = viewContext(deps, c);
    const counts = model.counts(scope);
    const { matrix } = vulnerabilities.tallies();
    const worst = deviceList.worstCounts(scope);
    const covered = deviceList.coverageCounts(scope);
    const since = clock() - shiftMs;
    const recent = events.list({ scope, filter: fromMoment(since), limit: shownEvents }).rows;
    const named = model.references(recent.map(({ device }) => device).filter((device) => device !== null));
    const supply = updates.counts();
    const messageOf = eventWords(ctx, deps, scope);
    const controllers = hasRight(reader, 'controllers:read') ? controllersPart() : undefined;
    return c.html(
      <Overview
        ctx={ctx}
        checkedAt={clock()}
        devices={{
          total: counts.total,
          critical: counts.critical,
          warning: counts.warning,
          notVisible: counts.notVisible,
          ok: counts.ok,
          pending: counts.pending,
          notVisibleHours: objects.setting('devices.not-visible-hours'),
        }}
        notJudged={{ wholly: covered['not-judged'], partly: covered.partly }}
        act={{
          findings: Object.values(matrix.act).reduce((sum, n) => sum + n, 0),
          devices: worst[DECISIONS.indexOf('act')] ?? 0,
        }}
        unread={unreadOf(deps.announcements.list(reader), ctx.lang)}
        waiting={deps.waiting.count(reader)}
        updatesNeeded={supply.undecided}
        exchange={exchangePart()}
        decisions={DECISIONS.map((decision) => {
          const row = matrix[decision];
          return {
            decision,
            findings: row.available + row.none + row.undetermined,
            devices: worst[DECISIONS.indexOf(decision)] ?? 0,
            available: row.available,
            none: row.none,
            undetermined: row.undetermined,
          };
        })}
        trend={vulnerabilities.trend(trendDays)}
        knowledge={exchange
          .knowledge()
          .map(({ feed, ageDays, limitDays, goneSince }) => ({ feed, ageDays: ageDays ?? null, limitDays, goneSince }))}
        notFilled={exchange.unfulfilled()}
        running={deployments
          .list({ limit: 20 })
          .rows.filter(({ state }) => state === 'running')
          .map(({ id, name, counts: tasks }) => ({
            id,
            name,
            done: tasks.installed + tasks.verified,
            total: tasks.queued + tasks.running + tasks.installed + tasks.verified + tasks.failed,
            failed: tasks.failed,
          }))}
        events={recent.map((event) => {
          const device = event.device === null ? undefined : named.get(event.device);
          return {
            id: event.id,
            at: event.at,
            severity: event.severity,
            message: messageOf(event),
            ...defined({ device }),
          };
        })}
        eventsSince={since}
        keyDates={exchange.keyDates()}
        {...defined({ controllers })}
      />,
    );
  });
};
