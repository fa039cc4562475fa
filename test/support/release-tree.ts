import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestVersion, readSchema } from '@sallyport/appliance/platform/database';
import type { Outcome } from './commands.ts';
import { repositoryRoot } from './sources.ts';

// Releases as they lie installed: copies of the built appliance under releases/VERSION, with another version and, if said,
// migrations of their own. What no release changes is linked.

/** The step of the schema that this code has, the one that a next release would bring, and the file of that. */
export const presentStep = newestVersion(readSchema());
export const nextStep = presentStep + 1;
export const nextStepFile = `${`${nextStep}`.padStart(3, '0')}-next.sql`;

/** Lays release `version` below `root` and returns its folder. `migrations`: files of its folder by name. */
export function layRelease(root: string, version: string, migrations: Readonly<Record<string, string>> = {}): string {
  const folder = join(root, 'releases', version);
  const appliance = join(folder, 'appliance');
  mkdirSync(appliance, { recursive: true });
  for (const part of ['bin', 'program'])
    cpSync(join(repositoryRoot, 'appliance', part), join(appliance, part), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'appliance/package.json'), 'utf8')) as object;
  writeFileSync(join(appliance, 'package.json'), JSON.stringify({ ...manifest, version }));
  for (const part of ['bundle-tools', 'ui', 'node_modules'])
    symlinkSync(join(repositoryRoot, part), join(folder, part));
  mkdirSync(join(appliance, 'program/migrations'), { recursive: true });
  for (const [name, sql] of Object.entries(migrations)) writeFileSync(join(appliance, 'program/migrations', name), sql);
  return folder;
}

/** The server of a release comes up to where it migrated and opened everything, and then cannot open its port. */
export function breakServer(release: string): void {
  const cli = join(release, 'appliance/program/cli');
  renameSync(join(cli, 'serve.js'), join(cli, 'serve-whole.js'));
  writeFileSync(
    join(cli, 'serve.js'),
    `import { command as whole } from './serve-whole.js';
const command = {
  ...whole,
  run: (context) => whole.run({ ...context, text: (name) => (name === 'listen' ? '203.0.113.1:9' : context.text(name)) }),
};
export { command };
`,
  );
}

export const programOf = (release: string): string => join(release, 'appliance/bin/sallyport.js');

/** Runs a command of an installed release to its end; `detached` with a process group of its own. */
export function runRelease(
  release: string,
  args: readonly string[],
  { env = {}, detached = false }: { env?: Readonly<Record<string, string>>; detached?: boolean } = {},
): Promise<Outcome & { signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [programOf(release), ...args], {
      env: { ...process.env, ...env },
      detached,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString();
    });
    // A server that was started meanwhile goes on, and may have what was said open.
    child.once('exit', (status, signal) => resolve({ ...said, status, signal }));
  });
}
