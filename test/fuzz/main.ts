import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../support/sources.ts';
import { fuzzTarget, type Outcome } from './engine.ts';
import { loadTarget, targetNames } from './load.ts';
import { runInput, stretched } from './target.ts';

// `make fuzz`: every parser of bytes from outside, MINUTES each (10), JOBS at once (one per core).

const { values } = parseArgs({
  options: { target: { type: 'string', multiple: true }, input: { type: 'string' }, out: { type: 'string' } },
});
const folder = values.out ?? join(repositoryRoot, 'var/fuzz');
const seconds = Number(process.env['SECONDS_EACH'] ?? Number(process.env['MINUTES'] ?? 10) * 60);
const jobs = Number(process.env['JOBS'] ?? availableParallelism());
const known = targetNames();
const names = values.target ?? known;
for (const name of names)
  if (!known.includes(name)) throw new Error(`no target ${name}; there are: ${known.join(', ')}`);

/** Runs one input again, as it is and stretched, and lets its error through. */
const repeat = async (name: string, path: string): Promise<void> => {
  const target = await loadTarget(name);
  const data = stretched(readFileSync(path));
  const taken = await runInput(target, data);
  console.log(`${name}: ${taken ? 'taken' : 'refused'}`);
};

const columns = ['target', 'seconds', 'executions', 'per second', 'branches', 'corpus', 'peak RSS MB', 'findings'];
const widths = [20, 8, 11, 11, 13, 7, 12, 8];
const row = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell, index) => (index === 0 ? String(cell).padEnd(20) : String(cell).padStart(widths[index] ?? 8)))
    .join(' ');

const show = (outcome: Outcome): void => {
  const { target, executions, reached, branches, corpus, peakRssMb, findings } = outcome;
  const took = Math.max(1, outcome.seconds);
  const rate = Math.round(executions / took);
  console.log(
    row([target, outcome.seconds, executions, rate, `${reached}/${branches}`, corpus, peakRssMb, findings.length]),
  );
  for (const path of findings) {
    console.log(`  found: ${relative(repositoryRoot, path)}`);
    console.log(
      `  again: node_modules/.bin/node test/fuzz/main.ts --target ${target} --input ${relative(repositoryRoot, path)}`,
    );
  }
};

const runAll = async (): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  console.log(row(columns));
  const left = [...names];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const { log: _log, ...outcome } = await fuzzTarget(name, { seconds, folder });
      outcomes.push(outcome);
      show(outcome);
      writeFileSync(join(folder, 'report.json'), `${JSON.stringify(outcomes, null, 2)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, names.length) }, work));
  const found = outcomes.filter(({ findings }) => findings.length > 0);
  const total = outcomes.reduce((sum, { executions }) => sum + executions, 0);
  console.log(`${outcomes.length} parsers, ${total} executions, ${found.length} with findings`);
  if (found.length > 0) process.exitCode = 1;
};

if (values.input === undefined) await runAll();
else await repeat(names[0] ?? '', values.input);
