import { nowMs } from '../platform/ambient.ts';

/** Where a command reports while it works; its data goes back as the result instead. */
export type Io = {
  /** One line for a person, on stderr. */
  note(line: string): void;
  /** A line that is rewritten on a terminal, else written at most every few seconds. */
  progress(label: string, done: number, total?: number): void;
};

const quietMs = 5_000;
const redrawMs = 100;

/** Reports on a stream: rewriting one line on a terminal, sparse lines in a log. */
export const streamIo = (stream: NodeJS.WritableStream & { isTTY?: boolean }): Io => {
  const state = { lastMs: 0, open: false, lastLine: '' };
  const closeLine = () => {
    if (state.open) stream.write('\n');
    state.open = false;
  };
  return {
    note: (line) => {
      closeLine();
      stream.write(`${line}\n`);
    },
    progress: (label, done, total) => {
      const at = nowMs();
      const isLast = total !== undefined && done >= total;
      if (!isLast && at - state.lastMs < (stream.isTTY ? redrawMs : quietMs)) return;
      const line = total === undefined ? `${label}: ${done}` : `${label}: ${done} of ${total}`;
      if (line === state.lastLine || total === 0) return;
      state.lastMs = at;
      state.lastLine = line;
      if (stream.isTTY) {
        stream.write(`\r\u001b[K${line}`);
        state.open = true;
        if (isLast) closeLine();
      } else {
        stream.write(`${line}\n`);
      }
    },
  };
};

/** Says nothing; for library use and tests. */
export const silentIo: Io = { note: () => {}, progress: () => {} };
