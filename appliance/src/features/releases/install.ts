import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { readReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { AppError } from '../../platform/errors.ts';
import type { StagedRelease } from './store.ts';

// Root takes the package of this system out of a staged release and hands it to the system's own packager, whose script calls
// `sallyport upgrade` as for a package that came on a stick: trial, switch, way back.

/** A file that the data folder's user hands over, and whether all of it came. */
type HandedOver = { bytes: Readable; whole: Promise<boolean> };

const reserveBytes = 64 * 1024 * 1024;

/** The packager of this system and the name of the package in a release; undefined where there is none of both. */
function packagerOf(version: string): { file: string; command: readonly string[] } | undefined {
  const has = (name: string): boolean => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
  const [debian, other] = process.arch === 'arm64' ? ['arm64', 'aarch64'] : ['amd64', 'x86_64'];
  if (has('dpkg')) return { file: `sallyport_${version}_${debian}.deb`, command: ['dpkg', '--install'] };
  if (has('rpm')) return { file: `sallyport-${version}-1.${other}.rpm`, command: ['rpm', '-U', '--replacepkgs'] };
  return undefined;
}

/** Writes what is handed over to a file of root's, at most so many bytes of it. HASH where not all of it came. */
async function receive({ bytes, whole }: HandedOver, path: string, sizeBytes: number): Promise<void> {
  let received = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      received += chunk.length;
      done(received > sizeBytes ? new BundleError('HASH', 'the file is longer than the curator signed') : null, chunk);
    },
  });
  await pipeline(bytes, bounded, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  if (!(await whole) || received !== sizeBytes)
    throw new BundleError('HASH', 'the file is not whole: the data folder has not what the curator signed');
}

/**
 * Takes the file over and checks it whole, by the digest that the curator signed and by the release key, and installs its package. What it
 * takes out lies below `root` meanwhile. Throws before anything is installed: UPGRADE, and the codes of `readReleaseFile`.
 */
export async function installRelease(options: {
  readonly staged: StagedRelease;
  readonly file: HandedOver;
  readonly root: string;
  readonly keys: readonly Uint8Array[];
  readonly note: (line: string) => void;
}): Promise<void> {
  const { staged, file, root, keys, note } = options;
  const { version } = staged;
  const packager = packagerOf(version);
  if (packager === undefined) throw new AppError('UPGRADE', 'this system has neither dpkg nor rpm');
  const { bavail, bsize } = statfsSync(root);
  // The file, the package, and what the packager unpacks of it.
  if (bavail * bsize < 5 * staged.sizeBytes + reserveBytes)
    throw new BundleError(
      'NO_SPACE',
      `${root} has ${bavail * bsize} bytes free, release ${version} needs five times its size`,
    );
  const folder = mkdtempSync(join(root, '.install-'));
  try {
    note(`checks release ${version}`);
    const path = join(folder, 'release');
    await receive(file, path, staged.sizeBytes);
    const taken = join(folder, packager.file);
    const { manifest, sha256 } = await readReleaseFile(path, keys, (name) =>
      name === packager.file ? taken : undefined,
    );
    if (sha256 !== staged.sha256)
      throw new BundleError('HASH', `release ${version} is not the file that the curator signed`);
    if (manifest.version !== version)
      throw new AppError('UPGRADE', `the file of release ${version} says that it is ${manifest.version}`);
    if (!isThere(taken)) throw new AppError('UPGRADE', `release ${version} has no ${packager.file}`);
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
