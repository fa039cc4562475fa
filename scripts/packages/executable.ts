import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { closureOf, type Lock, type Locked, locked } from './locked.ts';
import type { RuntimeSystem } from './node-package.ts';

// The agent as one file: its code and the published build of Node in one executable (docs/decisions/061-one-executable.md). The part
// that holds the code has nothing of an architecture in it, so that one is made for all.

const loaded = 'await sodium.ready;';

/** The form has no `await` outside of functions; cli/executable.ts waits. */
const waitLater: Plugin = {
  name: 'wait-later',
  transform(code, id) {
    if (!id.endsWith('bundle-tools/dist/trust/sodium.js')) return null;
    if (!code.includes(loaded)) throw new Error(`${id} does not wait as this file knows it`);
    return code.replace(loaded, '');
  },
};

/** Node of `root`, which runs this. */
const nodeOf = (root: string): string => join(root, 'node_modules/.bin/node');

/** Writes the code of the agent, and the files that it reads, as what is put into a runtime; returns its path in `work`. */
export async function agentBlob(root: string, version: string, work: string): Promise<string> {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const bundle = await rolldown({
    input: join(root, 'agent/dist/cli/executable.js'),
    platform: 'node',
    plugins: [waitLater],
    onLog: (_level, log) => {
      throw new Error(`rolldown: ${log.message}`);
    },
  });
  await bundle.write({ file: join(work, 'agent.cjs'), format: 'cjs', codeSplitting: false });
  await bundle.close();
  const { builtAt } = JSON.parse(readFileSync(join(root, 'agent/dist/release.json'), 'utf8')) as { builtAt: string };
  writeFileSync(join(work, 'release.json'), JSON.stringify({ version, builtAt }));
  const config = {
    main: 'agent.cjs',
    output: 'agent.blob',
    disableExperimentalSEAWarning: true,
    // Neither the environment nor an argument is an option of the runtime.
    execArgvExtension: 'none',
    assets: { 'release.json': 'release.json', 'inventory.ps1': join(root, 'agent/windows/inventory.ps1') },
  };
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
  execFileSync(nodeOf(root), ['--experimental-sea-config', 'sea.json'], { cwd: work, stdio: 'pipe' });
  return join(work, 'agent.blob');
}

/** Every package whose code is in the executable, the runtime first. */
export const agentComponents = (lock: Lock, system: RuntimeSystem): Locked[] => [
  locked(lock, `node_modules/node-${system}`),
  ...closureOf(lock, ['agent']),
];

/** Puts the blob into a copy of the runtime's file: `out` is the agent. */
export function makeExecutable(root: string, blob: string, runtime: string, out: string): void {
  copyFileSync(runtime, out);
  chmodSync(out, 0o755);
  // The word by which the runtime knows that it has something inside.
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  const line = [join(root, 'node_modules/postject/dist/cli.js'), out, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse];
  execFileSync(nodeOf(root), line, { stdio: 'pipe' });
}
