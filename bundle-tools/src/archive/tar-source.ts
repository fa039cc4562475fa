import { constants } from 'node:fs';
import { BundleError } from '../errors.ts';
import { type Handle, open } from '../person/files.ts';
import { createByteStream } from './byte-stream.ts';
import { blockBytes, decodeHeader, encodeHeader, entrySize, isZeroBlock, paddingOf } from './header.ts';
import { mediumError, systemCode } from './medium-errors.ts';
import type { BundleSource, Entry } from './source.ts';

// More headers than any bundle has: 100 000 lines and their parts.
const maxScannedHeaders = 250_000;

const headBytes = 128 * 1024;

const itemName = /^o\/[0-9a-f]{64}(?:\.p[0-9]{4})?$/;

/** Opens a regular file without following a link; one descriptor that is never reopened (section 6, OPEN). */
export const openRegular = async (path: string): Promise<{ handle: Handle; size: number }> => {
  let handle: Handle;
  try {
    // O_NONBLOCK: a fifo must not hang the open.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP' || code === 'ENXIO')
      throw new BundleError('NOT_REGULAR', `${path} is no regular file`, { cause: error });
    if (code === 'ENOENT') throw new BundleError('NO_BUNDLE', `${path} does not exist`, { cause: error });
    throw mediumError(path, error);
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new BundleError('NOT_REGULAR', `${path} is no regular file`);
    return { handle, size: stat.size };
  } catch (error) {
    await handle.close();
    throw mediumError(path, error);
  }
};

const scanFor = async (handle: Handle, from: number, fits: (name: string) => boolean): Promise<boolean> => {
  const block = Buffer.alloc(blockBytes);
  let position = from;
  for (let count = 0; count < maxScannedHeaders; count += 1) {
    const { bytesRead } = await handle.read(block, 0, blockBytes, position);
    if (bytesRead < blockBytes || isZeroBlock(block)) return false;
    let entry: Entry;
    try {
      entry = decodeHeader(block);
    } catch (error) {
      if (error instanceof BundleError) return false;
      throw error;
    }
    if (fits(entry.name)) return true;
    position += entrySize(entry.size);
  }
  return false;
};

/** A volume as a source. The whole file is read exactly once and hashed on the way; not for a look at its head. */
export const openTarSource = async (path: string, isHashed = true): Promise<BundleSource> => {
  const { handle, size: sizeBytes } = await openRegular(path);
  // Of each file on a medium with hundreds of volumes no more is read ahead than its first entries.
  const stream = createByteStream(handle, { what: path, sizeBytes: isHashed ? sizeBytes : headBytes, isHashed });
  let block: Uint8Array | undefined;
  let entered: Entry | undefined;
  let digest: string | undefined;

  const nextBlock = async (): Promise<Uint8Array> => {
    block ??= Uint8Array.from(await stream.take(blockBytes));
    return block;
  };

  const peek = async (): Promise<Entry | undefined> => {
    const bytes = await nextBlock();
    return isZeroBlock(bytes) ? undefined : decodeHeader(bytes);
  };

  // Position of the header that `peek` looks at.
  const here = (): number => stream.position() - (block === undefined ? 0 : blockBytes);
  const comesLater = (fits: (name: string) => boolean): Promise<boolean> => scanFor(handle, here(), fits);

  const enterAs = (entry: Entry): void => {
    block = undefined;
    entered = entry;
  };

  const expect = async (name: string, size: number): Promise<void> => {
    const bytes = await nextBlock();
    if (Buffer.compare(bytes, encodeHeader(name, size)) === 0) {
      enterAs({ name, size });
      return;
    }
    if (isZeroBlock(bytes)) throw new BundleError('MISSING', `${name} is absent`);
    const found = decodeHeader(bytes);
    if (found.name === name)
      throw new BundleError('HEADER', `${name} announces ${found.size} bytes, ${size} are signed`);
    if (!itemName.test(found.name)) throw new BundleError('HEADER', `${found.name} is no name under o/`);
    const later = await comesLater((other) => other === name);
    throw new BundleError(
      later ? 'HEADER' : 'MISSING',
      later ? `${found.name} stands where ${name} belongs` : `${name} is absent`,
    );
  };

  const body = async function* body(): AsyncGenerator<Uint8Array> {
    if (entered === undefined) throw new BundleError('INTERNAL', 'no entry was entered');
    const { name, size } = entered;
    entered = undefined;
    for (let left = size; left > 0; ) {
      const piece = await stream.some(left);
      left -= piece.length;
      yield piece;
    }
    const padding = await stream.take(paddingOf(size));
    if (!isZeroBlock(padding)) throw new BundleError('HEADER', `the padding after ${name} is not NUL`);
  };

  const finish = async (volumeBytes: number): Promise<void> => {
    const first = await nextBlock();
    block = undefined;
    if (!isZeroBlock(first)) {
      const { name } = decodeHeader(first);
      throw new BundleError('HEADER', `${name} follows the last signed entry`);
    }
    if (!isZeroBlock(await stream.take(blockBytes))) throw new BundleError('TRAILING', 'more after the end marker');
    if (!(await stream.atEnd())) throw new BundleError('TRAILING', `more after byte ${stream.position()}`);
    if (stream.position() !== volumeBytes) {
      const code = stream.position() < volumeBytes ? 'TRUNCATED' : 'TRAILING';
      throw new BundleError(code, `the volume has ${stream.position()} bytes, ${volumeBytes} are signed`);
    }
    digest = await stream.digest();
  };

  return {
    kind: 'tar',
    isPortion: false,
    has: () => false,
    pieces: () => [],
    peek,
    enter: async () => {
      const entry = await peek();
      if (entry === undefined) throw new BundleError('INTERNAL', 'no entry to enter');
      enterAs(entry);
      return entry;
    },
    expect,
    body,
    comesLater,
    finish,
    digest: () => digest,
    close: async () => {
      await stream.settle();
      await handle.close();
    },
  };
};
