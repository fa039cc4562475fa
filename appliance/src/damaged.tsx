import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { DamagePage } from '@sallyport/ui/damage/damage-page.tsx';
import { Hono } from 'hono';
import { newestBackupFile, wayBack } from './features/backups/way-back.ts';
import { openCa } from './features/ca/service.ts';
import { noteDamage } from './features/health/damage-file.ts';
import { presenting } from './features/server-certificate/presenting.ts';
import { type Config, type DataPaths, readConfig } from './platform/config.ts';
import { type Listener, startListener } from './platform/http/listener.ts';
import { openKeyring } from './platform/keyring.ts';

// What is done where the database cannot be opened: its damage is kept and said with the way back, and one page is served. Nothing
// of the database is read.

/** For a browser, a proxy and a device alike: the next start. */
const againSeconds = 600;

/** Keeps that the database is damaged; what to print, English, without what the error said itself. */
export function tellDamage(paths: DataPaths, detail: string): { since: number; lines: string[] } {
  let since = nowMs();
  const lines: string[] = [];
  try {
    ({ since } = noteDamage(paths.data, { at: since, detail }));
  } catch (error) {
    lines.push(`since when is not kept: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { since, lines: [...lines, wayBack(paths, newestBackupFile(paths))] };
}

/** Serves the page under the certificate that the server has; throws KEY, IN_USE and what else keeps a server from its port. */
export async function serveDamage(paths: DataPaths, since: number, listen?: Config['listen']): Promise<Listener> {
  const keyring = await openKeyring(paths.keys);
  const ca = await openCa({ keyring, keysDir: paths.keys });
  const { presented } = presenting({ keyring, paths, ca, clock: nowMs });
  const page = (<DamagePage since={since} />).toString();
  const app = new Hono();
  app.all('*', (c) => c.html(page, 503, { 'Retry-After': String(againSeconds), 'Cache-Control': 'no-store' }));
  return startListener({ fetch: app.fetch, tls: await presented(), listen: listen ?? readConfig(paths).listen });
}
