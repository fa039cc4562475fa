import { join } from 'node:path';
import { readKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { installRelease } from '../features/releases/install.ts';
import { currentRelease, defaultRoot } from '../features/upgrade/releases.ts';
import { serverOf } from '../features/upgrade/service-manager.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'installs a release that a bundle brought: checked by its two signatures, then by the package of this system',
  positionals: 'VERSION',
  options: {
    'release-key': {
      value: 'FILE',
      path: 'system',
      help: 'the public half of the release key (release.pub of the release that is installed)',
    },
    root: { value: 'DIR', path: 'system', help: 'where releases/ and the link current lie (/opt/sallyport)' },
  },
  example: 'sallyport release install 0.3.0',
  run: async ({ text, positionals, dataDir, out }) => {
    const [version, ...others] = positionals;
    if (version === undefined || others.length > 0)
      throw new AppError('USAGE', 'give one version: sallyport release list');
    const root = text('root') ?? defaultRoot;
    const key = text('release-key') ?? join(root, 'current/release.pub');
    if (!isThere(key))
      throw new AppError(
        'USAGE',
        `there is no ${key}: the release that is installed names no release key. Say --release-key FILE`,
      );
    await cryptoReady();
    const { data } = serverOf(undefined, dataDir);
    try {
      const { staged } = await data.call('release.staged', { version });
      if (staged === null)
        throw new AppError(
          'NOT_FOUND',
          `no bundle brought release ${version}: sallyport release list shows what is here`,
        );
      const file = data.object(staged.sha256);
      await installRelease({ staged, file, root, keys: [readKeyFile(key).publicKey], note: out.note });
    } finally {
      data.close();
    }
    // The package ends well also where the upgrade went back.
    const current = currentRelease(root);
    if (current !== version)
      throw new AppError(
        'UPGRADE',
        `release ${version} is installed and does not run, ${current ?? 'none'} does: sallyport doctor`,
      );
    out.line(`release ${version} is installed`);
    out.result({ installed: version });
    return 0;
  },
};
