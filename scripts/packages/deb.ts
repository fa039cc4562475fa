import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesBelow, filesIn } from './runtime-tree.ts';
import type { Release, Staged } from './stage.ts';

// Makes a Debian package of staged files.

const architectures = { x64: 'amd64', arm64: 'arm64' } as const;
const scripts = ['preinst', 'postinst', 'prerm', 'postrm'];

const control = ({ spec, arch }: Staged, version: string, installedBytes: number): string =>
  `${[
    `Package: ${spec.name}`,
    `Version: ${version}`,
    'Section: admin',
    'Priority: optional',
    `Architecture: ${architectures[arch]}`,
    'Maintainer: Sallyport maintainers <maintainers@sallyport.invalid>',
    `Installed-Size: ${Math.ceil(installedBytes / 1024)}`,
    `Depends: ${spec.debianDepends}`,
    `Description: ${spec.summary}`,
    ...spec.description.map((line) => ` ${line}`),
  ].join('\n')}\n`;

/** The name of the file that is made. */
const debName = ({ spec, arch }: Staged, version: string): string =>
  `${spec.name}_${version}_${architectures[arch]}.deb`;

/** Writes the package into `out` and returns its path. The same staged files give the same bytes. */
export function makeDeb(staged: Staged, out: string, { root, version, epoch }: Release): string {
  const { spec, folder } = staged;
  const meta = join(folder, 'DEBIAN');
  rmSync(meta, { recursive: true, force: true });
  const files = filesIn(folder);
  const installedBytes = bytesBelow(folder);
  mkdirSync(meta);
  const sums = files.map(
    (file) =>
      `${createHash('md5')
        .update(readFileSync(join(folder, file)))
        .digest('hex')}  ${file}\n`,
  );
  writeFileSync(join(meta, 'control'), control(staged, version, installedBytes));
  writeFileSync(join(meta, 'md5sums'), sums.join(''));
  for (const name of scripts) {
    const from = join(root, 'packaging', spec.name, name);
    if (existsSync(from)) writeFileSync(join(meta, name), readFileSync(from, 'utf8').replaceAll('@VERSION@', version));
  }
  for (const file of filesIn(meta)) {
    chmodSync(join(meta, file), scripts.includes(file) ? 0o755 : 0o644);
    utimesSync(join(meta, file), epoch, epoch);
  }
  chmodSync(meta, 0o755);
  utimesSync(meta, epoch, epoch);
  utimesSync(folder, epoch, epoch);
  const path = join(out, debName(staged, version));
  // How many threads compress decides the bytes.
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', '--threads-max=2', `-Z${spec.compression}`, '--build', folder, path],
    { env: { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` }, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  rmSync(meta, { recursive: true });
  return path;
}
