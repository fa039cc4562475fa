import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type TarEntry, tarEnd, tarEntry } from '../../platform/tar-entry.ts';
import type { SmallPackage } from './types.ts';

// A Debian package of one file, by deb(5): an ar archive of three members, two of them tar archives (ustar, POSIX.1).

const tarOf = (entries: readonly TarEntry[], epoch: number): Buffer =>
  gzipSync(Buffer.concat([...entries.map((entry) => tarEntry(entry, epoch)), tarEnd]));

function arMember(name: string, bytes: Uint8Array, epoch: number): Buffer {
  const head = `${name.padEnd(16)}${`${epoch}`.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${`${bytes.length}`.padEnd(10)}\`\n`;
  const end = bytes.length % 2 === 0 ? '' : '\n';
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from(end)]);
}

const foldersOf = (folder: string): string[] =>
  folder.split('/').map((_, at, parts) => `./${parts.slice(0, at + 1).join('/')}/`);

/** The bytes of the package. */
export function debOf(small: SmallPackage): Uint8Array {
  const { name, version, summary, description, requires, folder, file, text, afterInstall, epoch } = small;
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Section: admin',
    'Priority: optional',
    'Architecture: all',
    'Maintainer: Sallyport maintainers <maintainers@sallyport.invalid>',
    `Depends: ${requires}`,
    `Description: ${summary}`,
    ` ${description}`,
    '',
  ].join('\n');
  const sums = `${createHash('md5').update(text).digest('hex')}  ${folder}/${file}\n`;
  const folders = foldersOf(folder);
  const meta: TarEntry[] = [
    { path: './', mode: 0o755 },
    { path: './control', mode: 0o644, text: control },
    { path: './md5sums', mode: 0o644, text: sums },
    { path: './postinst', mode: 0o755, text: `#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\n${afterInstall}` },
  ];
  const data: TarEntry[] = [
    { path: './', mode: 0o755 },
    ...folders.map((path, at) => ({ path, mode: at === folders.length - 1 ? 0o700 : 0o755 })),
    { path: `./${folder}/${file}`, mode: 0o600, text },
  ];
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    arMember('debian-binary', Buffer.from('2.0\n'), epoch),
    arMember('control.tar.gz', tarOf(meta, epoch), epoch),
    arMember('data.tar.gz', tarOf(data, epoch), epoch),
  ]);
}
