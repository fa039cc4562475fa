import { renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';

// Space that is set aside for a full disk: a person can log in and make room only where a session and a line of the journal can be
// written.

const mostBytes = 64 * 1024 * 1024;
/** Of a small disk only half a percent: it must not be what fills it. */
const share = 0.005;
const pieceBytes = 1024 * 1024;

type Reserve = {
  /** Whether there is one to release. */
  isHeld(): boolean;
  /** Sets the space aside, beside the thread; writes nothing where it is set aside already. What is stopped or released meanwhile leaves nothing. */
  hold(diskBytes: number, signal: AbortSignal): Promise<void>;
  /** Gives the space back to whatever has to be written now. */
  release(): void;
};

/** Writes so many bytes; whether all of them are on the disk. */
const fill = async (file: FileHandle, bytes: number, signal: AbortSignal): Promise<boolean> => {
  const piece = Buffer.alloc(Math.min(bytes, pieceBytes));
  for (let left = bytes; left > 0; ) {
    if (signal.aborted) return false;
    left -= (await file.write(piece, 0, Math.min(left, piece.length))).bytesWritten;
    // A commit of the database waits for what the file system has not written yet: for no more than a piece.
    await file.datasync();
  }
  await file.sync();
  return !signal.aborted;
};

/** The reserve of a data directory: its file `reserve`. */
export function diskReserve(dataDir: string): Reserve {
  const path = join(dataDir, 'reserve');
  const unfinished = `${path}.new`;
  const filling: { stop?: AbortController } = {};
  return {
    isHeld: () => isThere(path),
    hold: async (diskBytes, signal) => {
      if (isThere(path) || filling.stop !== undefined) return;
      const stop = new AbortController();
      filling.stop = stop;
      try {
        const file = await open(unfinished, 'w', 0o600);
        let isWhole = false;
        try {
          const bytes = Math.min(mostBytes, Math.floor(diskBytes * share));
          isWhole = await fill(file, bytes, AbortSignal.any([signal, stop.signal]));
        } finally {
          await file.close();
        }
        // A part of it would pass for the whole after a crash.
        if (isWhole && !stop.signal.aborted) renameSync(unfinished, path);
      } finally {
        delete filling.stop;
        rmSync(unfinished, { force: true });
      }
    },
    release: () => {
      filling.stop?.abort();
      for (const one of [path, unfinished]) rmSync(one, { force: true });
    },
  };
}
