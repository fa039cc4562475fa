import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { readReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { AppError } from '../../platform/errors.ts';
import type { StagedRelease } from './store.ts';

// Root takes the package of this system out of a staged release and hands it to the system's own packager, whose script calls
// `sallyport upgrade` as for a package that came on a stick: trial, switch, way back.

const reserveBytes = 64 * 1024 * 1024;

/** The packager of this system and the name of the package in a release; undefined where there is none of both. */
function packagerOf(version: string): { file: string; command: readonly string[] } | undefined {
  const has = (name: string): boolean => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
  const [debian, other] = process.arch === 'arm64' ? ['arm64', 'aarch64'] : ['amd64', 'x86_64'];
  if (has('dpkg')) return { file: `sallyport_${version}_${debian}.deb`, command: ['dpkg', '--install'] };
  if (has('rpm')) return { file: `sallyport-${version}-1.${other}.rpm`, command: ['rpm', '-U', '--replacepkgs'] };
  return undefined;
}

/**
 * Checks the file at `path` whole, by the digest that the curator signed and by the release key, and installs its package. What it
 * takes out lies below `root` meanwhile. Throws before anything is installed: UPGRADE, and the codes of `readReleaseFile`.
 */
export async function installRelease(options: {
  readonly staged: StagedRelease;
  readonly path: string;
  readonly root: string;
  readonly keys: readonly Uint8Array[];
  readonly note: (line: string) => void;
}): Promise<void> {
  const { staged, path, root, keys, note } = options;
  const { version } = staged;
  const packager = packagerOf(version);
  if (packager === undefined) throw new AppError('UPGRADE', 'this system has neither dpkg nor rpm');
  const { bavail, bsize } = statfsSync(root);
  // The package, and what the packager unpacks of it.
  if (bavail * bsize < 4 * staged.sizeBytes + reserveBytes)
    throw new BundleError(
      'NO_SPACE',
      `${root} has ${bavail * bsize} bytes free, release ${version} needs four times its size`,
    );
  const folder = mkdtempSync(join(root, '.install-'));
  try {
    note(`checks release ${version}`);
    const taken = join(folder, packager.file);
    const { manifest, sha256 } = await readReleaseFile(path, keys, (name) =>
      name === packager.file ? taken : undefined,
    );
    if (sha256 !== staged.sha256) throw new BundleError('HASH', `${path} is not the file that the curator signed`);
    if (manifest.version !== version)
      throw new AppError('UPGRADE', `the file of release ${version} says that it is ${manifest.version}`);
    if (!existsSync(taken)) throw new AppError('UPGRADE', `release ${version} has no ${packager.file}`);
    note(`installs ${packager.file}`);
    const [program = '', ...args] = packager.command;
    const { status } = spawnSync(program, [...args, taken], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0)
      throw new AppError(
        'UPGRADE',
        `${program} ended with ${status ?? 'a signal'}; which release runs: sallyport release list`,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
