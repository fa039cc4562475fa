import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { compose as Compose } from '../../appliance/src/compose.ts';
import type { migrate as Migrate, openDatabase as OpenDatabase } from '../../appliance/src/platform/database.ts';
import type { openLog as OpenLog } from '../../appliance/src/platform/log.ts';
import type { Browser, consoleOf as ConsoleOf } from '../../appliance/test/support/console.ts';
import type { paths as Paths } from '../../ui/src/paths.ts';
import { placesOf } from './places.ts';

export const ROLES = ['administrator', 'operator', 'viewer'] as const;
export type RecordedRole = (typeof ROLES)[number];

/** Imports a module of a tree. */
export const loaderOf =
  (tree: string) =>
  async <T>(path: string): Promise<T> =>
    (await import(pathToFileURL(join(tree, path)).href)) as T;

/** Opens the appliance of a tree over a site, and a browser for each role. */
export async function openRecorded(tree: string, site: string, linksFile: string) {
  const load = loaderOf(tree);
  const { compose } = await load<{ compose: typeof Compose }>('appliance/src/compose.ts');
  const { openLog } = await load<{ openLog: typeof OpenLog }>('appliance/src/platform/log.ts');
  const { consoleOf } = await load<{ consoleOf: typeof ConsoleOf }>('appliance/test/support/console.ts');
  const { paths } = await load<{ paths: typeof Paths }>('ui/src/paths.ts');
  const { migrate, openDatabase } = await load<{ migrate: typeof Migrate; openDatabase: typeof OpenDatabase }>(
    'appliance/src/platform/database.ts',
  );
  const dataDir = join(site, 'data');
  // The site is of the commit; this tree may have further steps of the schema.
  const stored = openDatabase(join(dataDir, 'state.db'));
  migrate(stored);
  stored.close();
  const appliance = await compose({ dataDir, log: openLog('silent') });
  const { browser, close } = consoleOf(appliance, dataDir, '');
  const links = JSON.parse(readFileSync(linksFile, 'utf8')) as Record<RecordedRole, string>;
  const password = 'correct horse battery';
  const enter = async (role: RecordedRole): Promise<Browser> => {
    const one = browser();
    const { status } = await one.post(`/first/${links[role]}`, { password, repeat: password });
    if (status !== 303) throw new Error(`${role} was not let in: ${status}`);
    // Lists of sessions have the last first, and the clock stands still.
    appliance.db.prepare('update session set created_at = created_at - 1000, used_at = used_at - 1000').run();
    return one;
  };
  const browsers = {
    administrator: await enter('administrator'),
    operator: await enter('operator'),
    viewer: await enter('viewer'),
  };
  return { db: appliance.db, browsers, places: placesOf(paths), close };
}
