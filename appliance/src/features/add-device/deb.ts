import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { SmallPackage } from './types.ts';

// A Debian package of one file, by deb(5): an ar archive of three members, two of them tar archives (ustar, POSIX.1).

const tarBlockBytes = 512;

type Entry = { path: string; mode: number; text?: string };

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

const padded = (bytes: Uint8Array, block: number): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);

function tarEntry({ path, mode, text }: Entry, epoch: number): Buffer {
  const body = Buffer.from(text ?? '');
  const head = Buffer.alloc(tarBlockBytes);
  head.write(path, 0, 100, 'latin1');
  head.write(octal(mode, 7), 100, 'latin1');
  for (const at of [108, 116]) head.write(octal(0, 7), at, 'latin1');
  head.write(octal(body.length, 11), 124, 'latin1');
  head.write(octal(epoch, 11), 136, 'latin1');
  head.write('        ', 148, 'latin1');
  head.write(text === undefined ? '5' : '0', 156, 'latin1');
  head.write('ustar\x0000root', 257, 'latin1');
  head.write('root', 297, 'latin1');
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${octal(sum, 6)} `, 148, 'latin1');
  return Buffer.concat([head, padded(body, tarBlockBytes)]);
}

const tarOf = (entries: readonly Entry[], epoch: number): Buffer =>
  gzipSync(Buffer.concat([...entries.map((entry) => tarEntry(entry, epoch)), Buffer.alloc(2 * tarBlockBytes)]));

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
  const meta: Entry[] = [
    { path: './', mode: 0o755 },
    { path: './control', mode: 0o644, text: control },
    { path: './md5sums', mode: 0o644, text: sums },
    { path: './postinst', mode: 0o755, text: `#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\n${afterInstall}` },
  ];
  const data: Entry[] = [
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
