import { mkdirSync } from 'node:fs';
import type { RootFiles } from '../platform/root-files.ts';

/** Options of dpkg: it asks no questions, and works in another root without touching this one. */
export function dpkgOptions(files: RootFiles): string[] {
  // Without a terminal dpkg cannot ask about a changed configuration file: the site's own one stays.
  const options = ['--force-confdef', '--force-confold'];
  if (!files.isMachine) {
    // Its own log, so that nothing outside the root is written.
    mkdirSync(files.path('var/log'), { recursive: true });
    options.push(`--root=${files.root}`, `--log=${files.path('var/log/dpkg.log')}`);
    if (process.getuid?.() !== 0) options.push('--force-not-root', '--force-bad-path');
  }
  return options;
}
