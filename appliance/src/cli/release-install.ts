import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { installRelease } from '../features/releases/install.ts';
import { stagedReleases } from '../features/releases/store.ts';
import { defaultRoot } from '../features/upgrade/releases.ts';
import { dataPaths } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'installs a release that a bundle brought: checked by its two signatures, then by the package of this system',
  positionals: 'VERSION',
  options: {
    'release-key': {
      value: 'FILE',
      help: 'the public half of the release key (release.pub of the release that is installed)',
    },
    root: { value: 'DIR', help: 'where releases/ and the link current lie (/opt/sallyport)' },
  },
  example: 'sallyport release install 0.3.0',
  run: async ({ text, positionals, dataDir, out }) => {
    const [version, ...others] = positionals;
    if (version === undefined || others.length > 0)
      throw new AppError('USAGE', 'give one version: sallyport release list');
    const root = text('root') ?? defaultRoot;
    const key = text('release-key') ?? join(root, 'current/release.pub');
    if (!existsSync(key))
      throw new AppError(
        'USAGE',
        `there is no ${key}: the release that is installed names no release key. Say --release-key FILE`,
      );
    await cryptoReady();
    const paths = dataPaths(dataDir);
    const db = openDatabase(paths.database, { readonly: true });
    const staged = ((): ReturnType<ReturnType<typeof stagedReleases>['all']> => {
      try {
        return stagedReleases(db).all();
      } finally {
        db.close();
      }
    })().find((one) => one.version === version);
    if (staged === undefined)
      throw new AppError(
        'NOT_FOUND',
        `no bundle brought release ${version}: sallyport release list shows what is here`,
      );
    const path = join(paths.objects, 'sha256', staged.sha256.slice(0, 2), staged.sha256);
    await installRelease({ staged, path, root, keys: [readKeyFile(key).publicKey], note: out.note });
    out.line(`release ${version} is installed`);
    out.result({ installed: version });
    return 0;
  },
};
