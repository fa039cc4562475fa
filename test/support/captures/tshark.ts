import { spawnSync } from 'node:child_process';

// Wireshark as the judge of captures.

export const hasTshark = spawnSync('tshark', ['--version']).status === 0;

const run = (args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0) throw new Error(`tshark: ${stderr}`);
  return stdout;
};

/** How many frames of a capture each display filter matches, in one run. */
export const matches = (path: string, filters: readonly string[]): number[] => {
  const row = run(['-r', path, '-q', '-z', `io,stat,0,${filters.join(',')}`])
    .split('\n')
    .find((line) => line.includes('<>'));
  if (row === undefined) throw new Error('tshark: no statistics');
  // Behind the interval: frames and bytes of each filter.
  const numbers = row.split('|').slice(2, -1).map(Number);
  return filters.map((_, index) => numbers[index * 2] ?? Number.NaN);
};

/** The values of fields of the frames that a display filter matches; what occurs several times in one frame stays a list. */
export const fieldsOf = (path: string, filter: string, fields: readonly string[]): string[][][] =>
  run(['-r', path, '-Y', filter, '-T', 'fields', '-E', 'aggregator=|', ...fields.flatMap((field) => ['-e', field])])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t').map((cell) => cell.split('|')));
