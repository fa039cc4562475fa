import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import tar, { type Pack } from 'tar-stream';
import { BundleError } from '../errors.ts';
import { syncDir } from '../platform/files.ts';
import { encodeHeader, entrySize } from './header.ts';
import { onStore } from './medium-errors.ts';
import { createSideHash } from './side-hash.ts';

/** An entry to write: bytes, or a file whose content must have this digest (of the part, when cut). */
export type WriterEntry =
  | { name: string; bytes: Uint8Array }
  | { name: string; size: number; path: string; offset: number /** checked while writing */; sha256?: string };

const readBytes = 4 * 1024 * 1024;

const sizeOf = (entry: WriterEntry): number => ('bytes' in entry ? entry.bytes.length : entry.size);

const tarHeader = (entry: WriterEntry) => ({
  name: entry.name,
  size: sizeOf(entry),
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: new Date(0),
  type: 'file' as const,
});

const drained = (sink: ReturnType<Pack['entry']>): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onClose = (): void => reject(new BundleError('INTERNAL', 'the archive was given up'));
  sink.once('close', onClose);
  sink.once('drain', () => {
    sink.off('close', onClose);
    resolve();
  });
  return promise;
};

const sendFile = async (pack: Pack, entry: Extract<WriterEntry, { path: string }>): Promise<void> => {
  const hash = createHash('sha256');
  const finished = Promise.withResolvers<void>();
  const sink = pack.entry(tarHeader(entry), (error) => (error ? finished.reject(error) : finished.resolve()));
  // Errors reach the caller through the pack; without a listener the event itself would end the process.
  sink.on('error', () => undefined);
  // Awaited below; this only keeps an early rejection from being unhandled.
  finished.promise.catch(() => undefined);
  const handle = await open(entry.path, 'r').catch((error: unknown) => {
    throw new BundleError('STORE_IO', `cannot read the object ${basename(entry.path)}`, { cause: error });
  });
  try {
    for (let done = 0; done < entry.size; ) {
      const chunk = Buffer.allocUnsafe(Math.min(readBytes, entry.size - done));
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, entry.offset + done);
      if (bytesRead === 0) throw new BundleError('HASH', `${entry.name}: the file is shorter than the inventory says`);
      const piece = chunk.subarray(0, bytesRead);
      hash.update(piece);
      done += bytesRead;
      if (!sink.write(piece)) await drained(sink);
    }
  } finally {
    await handle.close();
  }
  sink.end(null);
  await finished.promise;
  if (entry.sha256 !== undefined && hash.digest('hex') !== entry.sha256) {
    throw new BundleError('HASH', `${entry.name}: the file does not have its digest`);
  }
};

const sendAll = async (pack: Pack, entries: readonly WriterEntry[]): Promise<void> => {
  try {
    for (const entry of entries) {
      if ('bytes' in entry) {
        const finished = Promise.withResolvers<void>();
        pack.entry(tarHeader(entry), Buffer.from(entry.bytes), (error) =>
          error ? finished.reject(error) : finished.resolve(),
        );
        await finished.promise;
      } else {
        await sendFile(pack, entry);
      }
    }
    pack.finalize();
  } catch (error) {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
};

// tar-stream writes; each header it makes is compared with ours, so that a change in the library cannot go unseen.
const createHeaderCheck = (entries: readonly WriterEntry[]): ((chunk: Uint8Array) => void) => {
  let index = 0;
  let nextHeader = 0;
  let position = 0;
  return (chunk) => {
    const entry = entries[index];
    if (entry !== undefined && position === nextHeader) {
      if (Buffer.compare(chunk, encodeHeader(entry.name, sizeOf(entry))) !== 0) {
        throw new BundleError('INTERNAL', `tar-stream wrote another header for ${entry.name}`);
      }
      nextHeader += entrySize(sizeOf(entry));
      index += 1;
    }
    position += chunk.length;
  };
};

/** Writes one volume, durably and under its name only when it is whole; returns its size and SHA-256. */
export const writeVolume = async (
  path: string,
  entries: readonly WriterEntry[],
  onProgress: (writtenBytes: number) => void = () => undefined,
): Promise<{ bytes: number; sha256: string }> => {
  const temporary = join(dirname(path), `.${basename(path)}.part`);
  await onStore(path, () => rm(temporary, { force: true }));
  const handle = await onStore(path, () => open(temporary, 'wx', 0o644));
  const expectedBytes = entries.reduce((sum, entry) => sum + entrySize(sizeOf(entry)), 0);
  const hash = createSideHash(expectedBytes);
  let bytes = 0;
  let sha256: string;
  try {
    try {
      const pack = tar.pack();
      const sending = sendAll(pack, entries);
      sending.catch(() => undefined);
      const check = createHeaderCheck(entries);
      // Leaving the loop destroys the pack, which ends the sender.
      for await (const chunk of pack as AsyncIterable<Uint8Array>) {
        check(chunk);
        const written = onStore(path, async () => {
          for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
        });
        // Awaited below; this only keeps a failure that comes first from being unhandled.
        written.catch(() => undefined);
        await hash.update(chunk);
        await written;
        bytes += chunk.length;
        onProgress(bytes);
      }
      await sending;
      await onStore(path, () => handle.sync());
      sha256 = await hash.digest();
    } finally {
      await hash.close();
      await handle.close();
    }
    await onStore(path, () => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await onStore(path, () => syncDir(dirname(path)));
  return { bytes, sha256 };
};
