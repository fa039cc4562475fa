import { paths } from '@sallyport/ui/paths';
import { ZonePage } from '@sallyport/ui/zones/zone.tsx';
import { Zones } from '@sallyport/ui/zones/zones.tsx';
import { type Context, Hono } from 'hono';
import { scopeFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { LEVELS } from './types.ts';
import { conduitView, controllerViews, doubtView, zoneView } from './view.ts';

const places: readonly string[] = LEVELS;

const namesOf = (rows: readonly { id: string; name: string }[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ id, name }) => [id, name]));

/** Zones and conduits: the drawing, and one zone. */
export const zonePages = (deps: ConsoleDeps): Pages => {
  const { zones } = deps;

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const overview = zones.overview(scope);
    const [zoneNames, conduitNames] = [namesOf(overview.zones), namesOf(overview.conduits)];
    return c.html(
      <Zones
        ctx={ctx}
        levels={LEVELS}
        zones={overview.zones
          .map((zone) => zoneView(ctx, zone, zoneNames))
          .sort((a, b) => places.indexOf(a.level) - places.indexOf(b.level) || (a.name < b.name ? -1 : 1))}
        conduits={overview.conduits.map((conduit) => conduitView(ctx, conduit, zoneNames))}
        outside={controllerViews(overview.outside)}
        doubts={overview.doubts.map((doubt) => doubtView(doubt, zoneNames, conduitNames))}
      />,
    );
  };

  const showOne = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'controllers:read');
    const ctx = viewContext(deps, c);
    const { conduits, ...zone } = zones.zone(param(c, 'id'), scope);
    const names = namesOf(zones.zones(scope));
    return c.html(
      <ZonePage
        ctx={ctx}
        zone={zoneView(ctx, zone, names)}
        conduits={conduits.map((conduit) => conduitView(ctx, conduit, names))}
      />,
    );
  };

  return new Hono<ConsoleEnv>().get(paths.controllerZones.pattern, show).get(paths.controllerZone.pattern, showOne);
};
