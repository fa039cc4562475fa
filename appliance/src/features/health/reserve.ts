import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
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
  /** Sets the space aside; writes nothing where it is set aside already. */
  hold(diskBytes: number): void;
  /** Gives the space back to whatever has to be written now. */
  release(): void;
};

/** The reserve of a data directory: its file `reserve`. */
export function diskReserve(dataDir: string): Reserve {
  const path = join(dataDir, 'reserve');
  const unfinished = `${path}.new`;
  return {
    isHeld: () => isThere(path),
    hold: (diskBytes) => {
      if (isThere(path)) return;
      const bytes = Math.min(mostBytes, Math.floor(diskBytes * share));
      const piece = Buffer.alloc(Math.min(bytes, pieceBytes));
      const file = openSync(unfinished, 'w', 0o600);
      try {
        for (let left = bytes; left > 0; ) left -= writeSync(file, piece, 0, Math.min(left, piece.length));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      // A part of it would pass for the whole after a crash.
      if (statSync(unfinished).size === bytes) renameSync(unfinished, path);
    },
    release: () => {
      for (const one of [path, unfinished]) rmSync(one, { force: true });
    },
  };
}
