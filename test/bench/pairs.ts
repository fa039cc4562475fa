import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../support/sources.ts';
import { digits, type Figure, type Result } from './report.ts';

// Two trees in turn, so that what else runs on the machine disturbs both alike.

const run = promisify(execFile);
const maxOutputBytes = 16 * 1024 * 1024;

type Printed = { results: Readonly<Record<string, Result>> };

/** The benchmarks of the tree in `root`, in a process of their own. */
const measure = async (root: string, names: readonly string[]): Promise<Printed['results']> => {
  const { stdout } = await run(process.execPath, [join(root, 'test/bench/main.ts'), ...names, '--json'], {
    cwd: root,
    maxBuffer: maxOutputBytes,
  });
  return (JSON.parse(stdout) as Printed).results;
};

type Row = Figure & { before: number[]; now: number[] };

const shown = (values: readonly number[]): string => values.map(digits).join(', ') || '-';

const rowText = ({ what, before, now, unit, target, limit }: Row): string =>
  [
    '',
    `${limit ? '· ' : ''}${what}`,
    `${shown(before)} ${unit}`,
    `${shown(now)} ${unit}`,
    target === undefined ? '' : target,
    '',
  ]
    .join(' | ')
    .trim();

/**
 * Runs benchmarks of the tree in `base` and of this one, `rounds` times in turn, and prints one table of each.
 * The other tree needs the same benchmark in its `test/bench`.
 */
export const inPairs = async (
  base: string,
  names: readonly string[],
  rounds: number,
  say: (text: string) => void,
): Promise<void> => {
  const rows = new Map<string, Row>();
  const loads: number[] = [];
  let last: Printed['results'] = {};
  for (let round = 0; round < rounds; round += 1)
    for (const side of ['before', 'now'] as const) {
      loads.push(loadavg()[0] ?? 0);
      last = await measure(side === 'before' ? base : repositoryRoot, names);
      for (const [name, { figures }] of Object.entries(last))
        for (const figure of figures) {
          const key = `${name} ${figure.what}`;
          const row = rows.get(key) ?? { ...figure, before: [], now: [] };
          row[side].push(figure.value);
          rows.set(key, row);
        }
    }
  for (const [name, { method, remarks = [], skipped }] of Object.entries(last)) {
    say(`${name}: ${base} and this tree, ${rounds} times in turn; load before each ${loads.map(digits).join(', ')}`);
    if (skipped !== undefined) say(`skipped: ${skipped}`);
    say('\n| what | before | now | target |\n|---|---|---|---|');
    for (const [key, row] of rows) if (key.startsWith(`${name} `)) say(rowText(row));
    for (const text of [...method, ...remarks]) say(`\n${text}`);
  }
};
