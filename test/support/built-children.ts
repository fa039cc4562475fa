import { registerHooks } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Loaded into each process of tests where what was built is not older than the sources (vitest.config.ts). Each import and each look
// at a medium starts two processes, a server a thread for reports and one for each kind of job. Built, as in production, they start in a
// third of the time.

const root = join(import.meta.dirname, '../..');

/** Modules that start processes and threads by their own place. */
const starters = [
  'bundle-tools/src/importer/child-permissions.ts',
  'appliance/src/compose.ts',
  'appliance/src/server/intake/intake.ts',
];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
    if (!starters.includes(path)) return loaded;
    const place = join(root, path.replace('/src/', '/program/').replace(/\.ts$/, '.js'));
    const source = String(loaded.source)
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(place)))
      .replaceAll('import.meta.filename', JSON.stringify(place))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(place).href));
    return { ...loaded, source };
  },
});
