import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timed } from '../report.ts';
import type { Objects } from './made-bundle.ts';

// NNCP of Debian: two nodes on this computer, each with its own spool, and a bundle between them.

const run = (command: string, args: readonly string[], files: { stdin?: number; stdout?: number } = {}): string => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: [files.stdin ?? 'ignore', files.stdout ?? 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout ?? '';
};

/** Whether NNCP is installed here. */
export const hasNncp = (): boolean => spawnSync('nncp-bundle', ['-version'], { stdio: 'ignore' }).status === 0;

const publicParts = ['id', 'exchpub', 'signpub', 'noisepub'] as const;

const configure = (folder: string): { a: string; b: string; incoming: string } => {
  const incoming = join(folder, 'incoming');
  mkdirSync(incoming, { recursive: true });
  const made = [run('nncp-cfgnew', ['-nocomments']), run('nncp-cfgnew', ['-nocomments'])];
  const [a, b] = made.map((text, index) => {
    const own = join(folder, index === 0 ? 'a' : 'b');
    mkdirSync(own);
    const other = made[1 - index] ?? '';
    const lines = publicParts.map((part) => `${part}: ${new RegExp(`${part}: (\\w+)`).exec(other)?.[1] ?? ''}`);
    const neighbor = `peer: {\n${[...lines, ...(index === 1 ? [`incoming: "${incoming}"`] : [])].join('\n')}\n}`;
    const config = text
      .replace(/^ {2}spool: .*$/m, `  spool: ${own}`)
      .replace(/^ {2}log: .*$/m, `  log: ${own}.log`)
      .replace(/neigh: \{/, (head) => `${head}\n${neighbor}\n`);
    writeFileSync(`${own}.hjson`, config, { mode: 0o600 });
    return `${own}.hjson`;
  });
  if (a === undefined || b === undefined) throw new Error('a node is missing');
  return { a, b, incoming };
};

/** Milliseconds of each step that takes the objects from one node to the other; throws unless all arrive. */
export const runNncp = async (
  objects: Objects,
  folder: string,
): Promise<{ packMs: number; bundleMs: number; receiveMs: number; tossMs: number }> => {
  const { a, b, incoming } = configure(folder);
  const bundle = join(folder, 'bundle');
  const pack = await timed(() => {
    for (const { sha256 } of objects.lines)
      run('nncp-file', ['-cfg', a, '-quiet', '-noprogress', join(objects.folder, sha256), 'peer:']);
  });
  const written = await timed(() => {
    const stdout = openSync(bundle, 'w');
    run('nncp-bundle', ['-cfg', a, '-quiet', '-noprogress', '-tx', 'peer'], { stdout });
    closeSync(stdout);
  });
  const received = await timed(() => {
    const stdin = openSync(bundle, 'r');
    run('nncp-bundle', ['-cfg', b, '-quiet', '-noprogress', '-rx', '-check'], { stdin });
    closeSync(stdin);
  });
  const tossed = await timed(() => run('nncp-toss', ['-cfg', b, '-quiet', '-noprogress']));
  const bytes = readdirSync(incoming).reduce((sum, name) => sum + statSync(join(incoming, name)).size, 0);
  if (bytes !== objects.totalBytes) throw new Error(`nncp brought ${bytes} bytes, not ${objects.totalBytes}`);
  return { packMs: pack.ms, bundleMs: written.ms, receiveMs: received.ms, tossMs: tossed.ms };
};
