import { visibleText } from '@sallyport/bundle-tools/platform/visible-text';
import type { Output } from './command.ts';

type Sink = (text: string) => void;

/** Rows in columns as wide as their content; the last one is never padded. */
export const alignColumns = (rows: ReadonlyArray<ReadonlyArray<string | number | null>>): string[] => {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : visibleText(String(cell)))));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return cells.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  '),
  );
};

/**
 * Data on stdout, the rest on stderr; with --json only the result is data, `{}` where there is nothing to tell. A result is held until `end`, which comes when
 * everything is closed: what fails until then is the one answer.
 */
export const commandOutput = (json: boolean, stdout: Sink, stderr: Sink): { out: Output; end(): void } => {
  const held: string[] = [];
  const write = (value: unknown): string => `${JSON.stringify(value)}\n`;
  return {
    out: {
      line: (text) => {
        if (!json) stdout(`${visibleText(text)}\n`);
      },
      table: (head, rows) => {
        if (json) return;
        for (const line of alignColumns([head, ...rows])) stdout(`${line}\n`);
      },
      result: (value) => {
        if (json) held.push(write(value ?? {}));
      },
      begun: (value) => {
        if (json) stdout(write(value));
      },
      note: (text) => stderr(`${visibleText(text)}\n`),
    },
    end: () => {
      for (const text of held.splice(0)) stdout(text);
    },
  };
};
