import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './runtime-tree.ts';
import type { Release, Staged } from './stage.ts';

// Makes an RPM package of the files and scripts that the Debian one has.

const architectures = { x64: 'x86_64', arm64: 'aarch64' } as const;
const payloads = { zstd: 'w7.zstdio', xz: 'w6T2.xzdio' } as const;

/** One of the Debian scripts behind what RPM says in `$1`: how many of this package will be installed. */
function scriptlet({ root, version }: Release, name: string, file: string, before: string): string {
  const path = join(root, 'packaging', name, file);
  if (!existsSync(path)) return '';
  const body = readFileSync(path, 'utf8')
    .replace(/^#!.*\n/, '')
    .replaceAll('@VERSION@', version);
  return `${before.replace('BODY', body.trimEnd())}\n`;
}

function specFile(staged: Staged, release: Release, source: string): string {
  const { spec, folder } = staged;
  const home = 'home' in spec.program ? spec.program.home : '/none';
  const listed = filesIn(folder)
    .filter((file) => !file.startsWith(`${home.slice(1)}/`) && !file.startsWith('usr/share/lintian/'))
    .map((file) => `/${file}`);
  const day = new Date(release.epoch * 1000).toUTCString();
  const [weekday, date, month, year] = day.replace(',', '').split(' ');
  return [
    `Name: ${spec.name}`,
    `Version: ${release.version}`,
    'Release: 1',
    `Summary: ${spec.summary}`,
    'License: Apache-2.0',
    'Group: System Environment/Daemons',
    'Packager: Sallyport maintainers <maintainers@sallyport.invalid>',
    'URL: https://sallyport.invalid/',
    'AutoReqProv: no',
    ...spec.rpmRequires.map((need) => `Requires: ${need}`),
    // The runtime is the published build, byte for byte.
    '%global __os_install_post %{nil}',
    '%global debug_package %{nil}',
    '%global _build_id_links none',
    '%description',
    ...spec.description,
    '%install',
    `cp -a ${source}/. %{buildroot}/`,
    'rm -rf %{buildroot}/usr/share/lintian',
    '%files',
    ...('home' in spec.program ? [home] : []),
    `%dir /usr/share/doc/${spec.name}`,
    ...listed.map((file) =>
      file.startsWith('/usr/share/man/') || file.startsWith('/usr/share/doc/') ? `%doc ${file}` : file,
    ),
    '%post',
    scriptlet(
      release,
      spec.name,
      'postinst',
      'if [ "$1" -gt 1 ]; then set -- configure earlier; else set -- configure ""; fi\nBODY',
    ),
    '%preun',
    scriptlet(release, spec.name, 'prerm', 'if [ "$1" -eq 0 ]; then set -- remove; else set -- upgrade; fi\nBODY'),
    '%postun',
    scriptlet(
      release,
      spec.name,
      'postrm',
      'if [ "$1" -eq 0 ]; then steps="remove purge"; else steps=upgrade; fi\nfor step in $steps; do\nset -- "$step"\nBODY\ndone',
    ),
    '%changelog',
    `* ${weekday} ${month} ${date} ${year} Sallyport maintainers <maintainers@sallyport.invalid> - ${release.version}-1`,
    '- See CHANGELOG.md of this release.',
    '',
  ].join('\n');
}

/** Writes the package into `out` and returns its path. The same staged files give the same bytes. */
export function makeRpm(staged: Staged, out: string, release: Release): string {
  const { spec, arch, folder } = staged;
  const work = `${folder}.rpmbuild`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  writeFileSync(join(work, `${spec.name}.spec`), specFile(staged, release, folder));
  const macros: Readonly<Record<string, string>> = {
    _topdir: work,
    _buildhost: 'sallyport',
    _binary_payload: payloads[spec.compression],
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  };
  execFileSync(
    'rpmbuild',
    [
      '-bb',
      '--quiet',
      '--target',
      architectures[arch],
      ...Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]),
      join(work, `${spec.name}.spec`),
    ],
    { env: { ...process.env, SOURCE_DATE_EPOCH: `${release.epoch}` }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const file = `${spec.name}-${release.version}-1.${architectures[arch]}.rpm`;
  cpSync(join(work, 'RPMS', architectures[arch], file), join(out, file));
  rmSync(work, { recursive: true });
  return join(out, file);
}
