import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { differenceLines, grouped } from './differences.ts';

// What a change of the house changed for those who use it: the pages, the answers to forms, the document of the API, the help of the
// commands and the schema, of a commit and of this tree, over one filled site that the commit made. Exit 0: equal; 1: they differ;
// 2: it could not be compared.

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'HEAD' },
    out: { type: 'string', default: 'var/compare' },
  },
});

const here = join(import.meta.dirname, '../..');
const out = join(here, values.out);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-compare-'));
const maxBuffer = 2 ** 30;
const git = (args: readonly string[], cwd = here): Buffer => execFileSync('git', args, { cwd, maxBuffer });
const commit = git(['rev-parse', '--verify', `${values.base}^{commit}`])
  .toString('utf8')
  .trim();

/** The packages that are installed here; their links to workspaces are relative, so they lead into the tree. */
const layPackages = (tree: string): void => {
  const args = [join(here, 'node_modules'), join(tree, 'node_modules')];
  // The reader of bundles may open no file outside its tree, so links to folders do not do; another file system takes copies.
  const { status } = spawnSync('cp', ['-al', ...args], { stdio: 'ignore' });
  if (status === 0) return;
  rmSync(join(tree, 'node_modules'), { recursive: true, force: true });
  execFileSync('cp', ['-a', ...args]);
};

/** Both trees are copies: what is written here meanwhile changes nothing. */
const layTrees = (): { base: string; here: string } => {
  const trees = { base: join(folder, 'base'), here: join(folder, 'here') };
  mkdirSync(trees.base);
  execFileSync('tar', ['-x', '-C', trees.base], { input: git(['archive', commit]) });
  for (const name of git(['ls-files', '-z', '--cached', '--others', '--exclude-standard']).toString('utf8').split('\0'))
    if (name !== '' && existsSync(join(here, name))) {
      mkdirSync(dirname(join(trees.here, name)), { recursive: true });
      cpSync(join(here, name), join(trees.here, name));
    }
  for (const tree of Object.values(trees)) layPackages(tree);
  if (git(['diff', '--name-only', commit, '--', 'package-lock.json']).length > 0)
    process.stderr.write('The packages of the two differ: both run with those that are installed here.\n');
  return trees;
};

/** Runs a step of the recorder over the sources of a tree; its last line. */
const run = (trees: { here: string }, tree: string, step: string, args: readonly string[], clock?: string): string => {
  const steps = join(trees.here, 'scripts/compare');
  const imports = [join(tree, 'scripts/tsx-hook.ts'), ...(clock === undefined ? [] : [join(steps, 'still.ts')])];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--conditions=@sallyport/source',
      '--disable-warning=ExperimentalWarning',
      ...imports.flatMap((path) => ['--import', path]),
      join(steps, step),
      tree,
      ...args,
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer, env: { ...process.env, SALLYPORT_COMPARE_CLOCK: clock ?? '' } },
  );
  if (status !== 0) throw new Error(`${step} over ${relative(folder, tree)} ended with ${status}\n${stderr}${stdout}`);
  return stdout.trim().split('\n').at(-1) ?? '';
};

const compare = (): boolean => {
  const trees = layTrees();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const [site, links, addressFile] = ['site', 'links.json', 'addresses.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  run(trees, trees.base, 'make-site.ts', [site, links]);
  const clock = `${Date.now()} ${Math.round(uptime() * 1_000)}`;
  // Paths are part of what is shown.
  const copy = join(folder, 'recorded');
  const over = (name: 'base' | 'here', step: string, args: readonly string[]): string => {
    cpSync(site, copy, { recursive: true, preserveTimestamps: true });
    const answer = run(trees, trees[name], step, [copy, links, ...args], clock);
    rmSync(copy, { recursive: true });
    return answer;
  };
  const addresses = new Set<string>();
  for (const name of ['base', 'here'] as const) {
    over(name, 'walk.ts', [addressFile]);
    for (const address of JSON.parse(readFileSync(addressFile, 'utf8')) as string[]) addresses.add(address);
  }
  writeFileSync(addressFile, JSON.stringify([...addresses].sort()));
  for (const name of ['base', 'here'] as const)
    process.stdout.write(`${name}: ${over(name, 'record.ts', [join(out, name), addressFile])}\n`);
  const { stdout } = spawnSync(
    'git',
    ['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-renames', '--unified=0', 'base', 'here'],
    { cwd: out, encoding: 'utf8', maxBuffer },
  );
  writeFileSync(join(out, 'differences.diff'), stdout);
  const found = grouped(stdout);
  const seen = readFileSync(join(out, 'base/counts'), 'utf8').trim();
  process.stdout.write(
    found.length === 0
      ? `equal: ${seen} of ${commit.slice(0, 12)} and of this tree\n`
      : `${differenceLines(found)}All of it: ${relative(process.cwd(), join(out, 'differences.diff'))}\n`,
  );
  return found.length === 0;
};

try {
  process.exitCode = compare() ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
