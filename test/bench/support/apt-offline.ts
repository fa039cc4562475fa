import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from '../report.ts';
import type { Objects } from './made-bundle.ts';

// apt-offline of Debian writes into apt's own folders and has no option for others. It runs in a mount namespace of its
// own in which folders of this benchmark lie over them, and only once they are seen to: the computer's stay as they are.

const aptFolders = { lists: '/var/lib/apt/lists', archives: '/var/cache/apt/archives' } as const;
const marker = 'sallyport-bench';

const isolated = (folder: string, command: string): string => {
  const steps = Object.entries(aptFolders).flatMap(([name, place]) => [
    `mount --bind ${folder}/${name} ${place}`,
    `test -e ${place}/${marker}`,
  ]);
  return ['set -e', 'mount --make-rprivate /', ...steps, command].join('\n');
};

const unshare = (script: string, env: NodeJS.ProcessEnv = process.env) =>
  spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8', env });

const prepare = (folder: string): void => {
  for (const name of Object.keys(aptFolders)) {
    mkdirSync(join(folder, name, 'partial'), { recursive: true });
    writeFileSync(join(folder, name, marker), '');
  }
  mkdirSync(join(folder, 'tmp'));
};

/** Why apt-offline cannot be run here, if so. */
export const whyNoAptOffline = (): string | undefined => {
  if (spawnSync('apt-offline', ['--version'], { stdio: 'ignore' }).status !== 0) return 'apt-offline is not installed';
  if (unshare('mount --make-rprivate /').status !== 0)
    return 'apt-offline cannot be kept off this computer: a mount namespace takes root';
  return undefined;
};

/** A package that holds one object as it is. */
const makeDeb = (objects: Objects, sha256: string, folder: string): void => {
  const name = `bench-${sha256.slice(0, 12)}`;
  const tree = join(folder, name);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'opt'));
  writeFileSync(
    join(tree, 'DEBIAN', 'control'),
    `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: bench <bench@localhost>\nDescription: one object\n`,
  );
  linkSync(join(objects.folder, sha256), join(tree, 'opt', name));
  const { status, stderr } = spawnSync('dpkg-deb', ['-Znone', '--build', tree, join(folder, 'debs', `${name}.deb`)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}: ${stderr}`);
  rmSync(tree, { recursive: true });
};

/** Milliseconds of `apt-offline install` with a zip of the objects as packages; throws unless all arrive. */
export const runAptOffline = async (objects: Objects, folder: string): Promise<number> => {
  mkdirSync(join(folder, 'debs'), { recursive: true });
  for (const { sha256 } of objects.lines) makeDeb(objects, sha256, folder);
  const zip = join(folder, 'bundle.zip');
  const debs = readdirSync(join(folder, 'debs'));
  // As apt-offline writes it: a zip of packages side by side.
  const zipped = spawnSync('python3', ['-m', 'zipfile', '-c', zip, ...debs], { cwd: join(folder, 'debs') });
  if (zipped.status !== 0) throw new Error('the zip of packages was not written');
  prepare(folder);
  const command = `exec apt-offline install --skip-bug-reports --skip-changelog ${zip}`;
  const { ms, value } = await timed(() =>
    unshare(isolated(folder, command), { ...process.env, TMPDIR: join(folder, 'tmp') }),
  );
  if (value.status !== 0) throw new Error(`apt-offline ended with ${value.status}: ${value.stderr}`);
  const arrived = debs.filter((name) => {
    const before = statSync(join(folder, 'debs', name)).size;
    return statSync(join(folder, 'archives', name), { throwIfNoEntry: false })?.size === before;
  });
  if (arrived.length !== debs.length)
    throw new Error(`apt-offline brought ${arrived.length} of ${debs.length} packages`);
  return ms;
};
