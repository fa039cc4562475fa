import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../support/sources.ts';
import { bundleTarget } from './bundle.ts';
import { loadTarget, seedsOf } from './load.ts';
import { defaultMaxBytes, type FuzzTarget, runInput } from './target.ts';

// Jazzer.js over libFuzzer: mutates, follows the branches and comparisons of our code, and keeps what reaches new ones.

export type Outcome = {
  target: string;
  seconds: number;
  executions: number;
  /** Branches of the code in the bundle that were reached, and how many there are, unused parts included. */
  reached: number;
  branches: number;
  corpus: number;
  peakRssMb: number;
  /** Files with the inputs; empty when nothing was found. */
  findings: string[];
};

const cli = join(repositoryRoot, 'node_modules/@jazzer.js/core/dist/cli.js');
const hangSeconds = 20;
const rssLimitMb = 2_048;

const dictionary = (words: readonly string[]): string =>
  words
    .map((word) => {
      const bytes = [...Buffer.from(word)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
      return `"${bytes.join('')}"\n`;
    })
    .join('');

const number = (text: string, pattern: RegExp): number => Number(text.match(pattern)?.at(-1)?.replace(/\D+/g, '') ?? 0);

/** Reads the figures of a run from what the fuzzer prints. */
const readFigures = (log: string): Omit<Outcome, 'target' | 'seconds' | 'findings'> => {
  const lines = log.match(/^#\d+.* cov: \d+ .*$/gm) ?? [];
  const last = lines.at(-1) ?? '';
  return {
    executions: number(log, /^#\d+/gm),
    reached: number(last, /cov: \d+/g),
    branches: (log.match(/Loaded \d+ modules +\((\d+)/g) ?? []).reduce(
      (sum, text) => Math.max(sum, Number(/\((\d+)/.exec(text)?.[1] ?? 0)),
      0,
    ), // prettier-ignore
    corpus: number(last, /corp: \d+/g),
    peakRssMb: Math.max(0, ...lines.map((line) => number(line, /rss: \d+/g))),
  };
};

/** Lays out the bundle, seeds and dictionary of a target. */
const prepare = async (target: FuzzTarget, folder: string): Promise<string> => {
  const file = await bundleTarget(target.name, folder);
  for (const part of ['corpus', 'seeds']) mkdirSync(join(folder, part), { recursive: true });
  for (const [index, seed] of (await seedsOf(target)).entries()) writeFileSync(join(folder, 'seeds', `${index}`), seed);
  writeFileSync(join(folder, 'words'), dictionary(target.words ?? []));
  return file;
};

/**
 * Fuzzes one target for some seconds, and no more than `runs` inputs; resolves with its figures and findings. The same seed
 * (above 0) tries the same inputs; without, chance draws one.
 */
export const fuzzTarget = async (
  name: string,
  options: { seconds: number; folder: string; runs?: number; seed?: number },
): Promise<Outcome & { log: string }> => {
  const target = await loadTarget(name);
  const folder = join(options.folder, name);
  const file = await prepare(target, folder);
  // Without promises a run costs a third.
  const isSync = typeof runInput(target, Buffer.alloc(8)) === 'boolean';
  const found = join(folder, 'findings');
  rmSync(found, { recursive: true, force: true });
  mkdirSync(found, { recursive: true });
  const args = [
    '--expose-gc',
    cli,
    file,
    join(folder, 'corpus'),
    join(folder, 'seeds'),
    '--includes=target.js',
    // The parsers read files where the target lays them; hooks into the file system would see nothing else.
    '--disableBugDetectors=path-traversal|command-injection|ssrf',
    `--timeout=${hangSeconds * 1_000}`,
    ...(isSync ? ['--sync'] : []),
    '--',
    `-max_total_time=${options.seconds}`,
    ...(options.runs === undefined ? [] : [`-runs=${options.runs}`]),
    ...(options.seed === undefined ? [] : [`-seed=${options.seed}`]),
    `-max_len=${target.maxBytes ?? defaultMaxBytes}`,
    `-timeout=${hangSeconds}`,
    `-rss_limit_mb=${rssLimitMb}`,
    `-artifact_prefix=${found}/`,
    ...(target.words === undefined ? [] : [`-dict=${join(folder, 'words')}`]),
  ];
  // In memory where the system has such a place: some targets write a file for each input.
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sallyport-fuzz-'));
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, TMPDIR: scratch, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  const startedMs = Date.now();
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => rmSync(scratch, { recursive: true, force: true }));
  const log = Buffer.concat(chunks).toString('utf8');
  writeFileSync(join(folder, 'log'), log);
  const findings = readdirSync(found).map((input) => join(found, input));
  if (code !== 0 && findings.length === 0) findings.push(join(folder, 'log'));
  const seconds = Math.round((Date.now() - startedMs) / 1_000);
  return { target: name, seconds, ...readFigures(log), findings, log };
};
