import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Backups } from '@sallyport/ui/backups/backups.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { sentFile } from '../../server/api/route.ts';
import { goWith } from '../../server/console/cookies.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { assertReachable, isReachable } from './reach.ts';
import { fileOf } from './types.ts';

const shown = 200;

/** Backups: the last good one, all that are known, making and checking one. */
export const backupPages = (deps: ConsoleDeps): Pages => {
  const { backups, objects } = deps;
  type Ctx = Context<ConsoleEnv>;

  const show = (c: Ctx): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    const nameOf = actorNames(objects);
    // Before what it leaves: a backup that ends meanwhile is still shown as being made.
    const isBusy = backups.isBusy();
    const { state, last } = backups.age();
    const all = backups.list();
    return c.html(
      <Backups
        ctx={viewContext(deps, c)}
        age={state}
        last={last}
        folder={objects.setting('backups.folder').trim()}
        isBusy={isBusy}
        more={Math.max(0, all.length - shown)}
        backups={all.slice(0, shown).map((one) => ({
          ...one,
          folder: one.place === 'elsewhere' ? one.folder : '',
          isReachable: one.place !== 'gone' && isReachable(one),
          destroyed: one.destroyed && { ...one.destroyed, by: nameOf(one.destroyed.by) },
        }))}
      />,
    );
  };

  const make = (c: Ctx): Response => {
    backups.start({ ...actorFor(c, 'settings:write'), from: c.get('from') });
    return goWith(c, paths.backups(), { message: { key: 'backups.toastStarted' } });
  };

  const check = (c: Ctx): Response => {
    backups.check({ ...actorFor(c, 'settings:write'), from: c.get('from') }, c.get('form').text('backup'));
    return goWith(c, paths.backups(), { message: { key: 'backups.toastChecking' } });
  };

  const download = (c: Ctx): Response => {
    actorFor(c, 'settings:write');
    const found = backups.byId(param(c, 'id'));
    const path = fileOf(found);
    assertReachable(found);
    const { size } = statSync(path);
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    return sentFile('application/octet-stream', {
      name: found.file,
      body,
      headers: { 'Content-Length': String(size) },
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.backups.pattern, show)
    .post(paths.backups.pattern, make)
    .post(paths.backupCheck.pattern, check)
    .get(paths.backupFile.pattern, download);
};
