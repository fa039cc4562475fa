// Entries of a tar archive (ustar, POSIX.1) with owner and modes, for packages and for what is unpacked by the system's tar.

const blockBytes = 512;

/** Without a text it is a folder, and its path ends with a slash. */
export type TarEntry = { path: string; mode: number; text?: string };

/** What an archive ends with. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

/** Bytes of NUL after a body of so many bytes. */
export const tarPadding = (bytes: number): Buffer => Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);

/** The 512 bytes before a body; `epoch` is in seconds. The path has at most 100 bytes. */
export function tarHead(options: {
  path: string;
  mode: number;
  bytes: number;
  epoch: number;
  isFolder?: boolean;
}): Buffer {
  const { path, mode, bytes, epoch, isFolder } = options;
  const head = Buffer.alloc(blockBytes);
  head.write(path, 0, 100, 'latin1');
  head.write(octal(mode, 7), 100, 'latin1');
  for (const at of [108, 116]) head.write(octal(0, 7), at, 'latin1');
  head.write(octal(bytes, 11), 124, 'latin1');
  head.write(octal(epoch, 11), 136, 'latin1');
  head.write('        ', 148, 'latin1');
  head.write(isFolder === true ? '5' : '0', 156, 'latin1');
  head.write('ustar\x0000root', 257, 'latin1');
  head.write('root', 297, 'latin1');
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${octal(sum, 6)} `, 148, 'latin1');
  return head;
}

/** A small entry whole. */
export function tarEntry({ path, mode, text }: TarEntry, epoch: number): Buffer {
  const body = Buffer.from(text ?? '');
  const head = tarHead({ path, mode, bytes: body.length, epoch, isFolder: text === undefined });
  return Buffer.concat([head, body, tarPadding(body.length)]);
}
