import { Deleted } from '@sallyport/ui/objects/deleted.tsx';
import type { Context } from 'hono';
import { wholeSite } from '../../platform/scope.ts';
import { signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorWords } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import { objectNames } from './object-names.ts';
import { hasRight, tombstoneMs } from './types.ts';

/** What was deleted of the kinds that the reader may read, the last first. */
export const deletedPage =
  (deps: ConsoleDeps) =>
  (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { objects } = deps;
    const { actor } = signedIn(c);
    const readable = objects.kinds().filter((kind) => hasRight(actor, `${kind.area}:read`));
    const wanted = c.req.query('kind');
    const gone = readable.map(({ name }) => ({ name, rows: objects.tombstones(name) }));
    const nameOf = actorWords(viewContext(deps, c), objects);
    const names = objectNames(viewContext(deps, c, 'part'), deps, wholeSite('site-right'));
    return c.html(
      <Deleted
        ctx={viewContext(deps, c)}
        kinds={gone.filter(({ name, rows }) => rows.length > 0 || name === wanted).map(({ name }) => name)}
        kind={wanted}
        rows={gone
          .filter(({ name }) => wanted === undefined || name === wanted)
          .flatMap(({ rows }) => rows)
          .sort((a, b) => b.deletedAt - a.deletedAt)
          .slice(0, 500)
          .map((row) => ({
            kind: row.kind,
            id: row.id,
            title: row.title ?? names.object(row.kind, row.id),
            revision: row.revision,
            at: row.deletedAt,
            who: nameOf(row.actor),
            finalAt: row.deletedAt + tombstoneMs,
            isFinal: objects.kind(row.kind).final === true,
          }))}
      />,
    );
  };
