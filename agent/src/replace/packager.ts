import type { RootFiles } from '../platform/root-files.ts';
import { dpkgPackager } from './dpkg.ts';
import { msiPackager } from './msi.ts';
import type { Packager } from './types.ts';

/** The packager of this system. `folder`: where the release before is kept. */
export const packagerOf = (files: RootFiles, folder: string): Packager =>
  process.platform === 'win32' ? msiPackager(folder) : dpkgPackager(files, folder);
