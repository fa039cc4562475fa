import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// `make mutation`: changes each source of the core in every way that Stryker knows and counts the changes that no test
// notices. One source at a time, since the machine is shared; what did not change is not run again.
// ONLY="trust/core documents/bitmap" names sources, all are taken without. docs/conformance.md

const root = join(import.meta.dirname, '..');
const folders = ['trust', 'documents', 'archive'];
// A wait, a table, and a thread of its own, in which Stryker cannot switch a change on.
const withoutRules = ['trust/sodium.ts', 'documents/limits.ts', 'archive/hash-worker.ts'];
const reports = 'reports/mutation';

type Report = { files: Record<string, { mutants: { status: string }[] }> };
type Count = { caught: number; all: number };

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(root, 'bundle-tools/src', folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !withoutRules.includes(`${folder}/${name}`))
    .sort()
    .map((name) => `${folder}/${name.slice(0, -'.ts'.length)}`);

const countOf = (path: string): Count => {
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const counted = statuses.filter((status) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  return {
    caught: counted.filter((status) => status === 'Killed' || status === 'Timeout').length,
    all: counted.length,
  };
};

const mutate = (source: string): Count => {
  const report = join(root, reports, `${source.replace('/', '-')}.json`);
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const run = spawnSync(
    process.execPath,
    [stryker, 'run', 'stryker.config.json', '--mutate', `bundle-tools/src/${source}.ts`, '--incrementalFile', report],
    { cwd: root, encoding: 'utf8', env: { ...process.env, SALLYPORT_MUTATED: source } },
  );
  if (run.status !== 0 || !existsSync(report)) throw new Error(`${source}: ${run.stdout}${run.stderr}`);
  return countOf(report);
};

const percent = ({ caught, all }: Count): string => (all === 0 ? '-' : `${((caught / all) * 100).toFixed(1)} %`);

mkdirSync(join(root, reports), { recursive: true });
const only = (process.env['ONLY'] ?? '').split(/\s+/).filter(Boolean);
for (const folder of folders) {
  const total: Count = { caught: 0, all: 0 };
  for (const source of sourcesOf(folder)) {
    if (only.length > 0 && !only.includes(source)) continue;
    const count = mutate(source);
    total.caught += count.caught;
    total.all += count.all;
    console.log(
      `${source.padEnd(28)} ${String(count.caught).padStart(4)} of ${String(count.all).padStart(4)}  ${percent(count)}`,
    );
  }
  if (total.all > 0)
    console.log(
      `${folder.padEnd(28)} ${String(total.caught).padStart(4)} of ${String(total.all).padStart(4)}  ${percent(total)}\n`,
    );
}
