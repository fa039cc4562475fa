import crypto from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { runsFactor, seed } from './test/support/chance.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { TallyReporter } from './test/support/tally-reporter.ts';
import { temporaryRoot } from './test/support/temporary-root.ts';

if (Number(process.versions.napi) < 10 || typeof crypto.argon2 !== 'function') {
  throw new Error(
    `the tests need Node.js 24, but were started with ${process.version}. Run "make setup", then start them through make, npm or node_modules/.bin/node.`,
  );
}

// A seed that was drawn is the same in all workers.
if (process.env['SALLYPORT_SEED'] === 'random') process.stdout.write(`SALLYPORT_SEED=${seed}\n`);
process.env['SALLYPORT_SEED'] = `${seed}`;

const root = temporaryRoot();
// Workers, and the commands that they start, inherit both.
if (root !== undefined) process.env['TMPDIR'] = root;
// The same commands are started many hundred times.
process.env['NODE_COMPILE_CACHE'] ??= join(root ?? tmpdir(), 'sallyport-compile-cache');
// What many tests begin with is made once per run and copied (appliance/test/support/made-once.ts).
const made = mkdtempSync(join(root ?? tmpdir(), 'sallyport-made-'));
process.env['SALLYPORT_TEST_MADE'] = made;
process.once('exit', () => rmSync(made, { recursive: true, force: true }));

// What was built before a source changed is not used.
const built = (workspace: string): string => join(import.meta.dirname, workspace, 'program');
const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const lastChange = (workspace: string): number =>
  Math.max(
    ...readdirSync(join(import.meta.dirname, workspace, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => /(?<!\.test)\.tsx?$/.test(entry.name))
      .map((entry) => timeOf(join(entry.parentPath, entry.name))),
  );
const builtAt = Math.min(...['bundle-tools', 'appliance'].map((name) => timeOf(join(built(name), 'cli/main.js'))));
const isBuilt = ['bundle-tools', 'ui', 'appliance'].every((name) => lastChange(name) <= builtAt);

const hooks = [join(import.meta.dirname, 'scripts/tsx-hook.ts')];
if (isBuilt) hooks.push(join(import.meta.dirname, 'test/support/built-children.ts'));

/** It replaces a module, which a process that has it already would go on using. */
const alone = 'test/integration/request-reads.test.ts';

const project = (name: string, include: string[], minutes: number, isolate = false) => ({
  ssr: { resolve: { conditions: ['@sallyport/source'] } },
  test: {
    name,
    include,
    exclude: isolate ? [] : [alone],
    // Node loads the sources itself, as it does in `make dev`: a process loads the appliance in 1.4 s, not in 2.4.
    experimental: { viteModuleRunner: false },
    execArgv: hooks.flatMap((hook) => ['--import', hook]),
    setupFiles: ['test/support/laws.ts'],
    // One process takes many files: no module keeps state, so nothing of one is left for the next, and half of the time
    // went into loading the same modules again.
    isolate,
    testTimeout: minutes * 60_000 * runsFactor,
    hookTimeout: (minutes + 1) * 60_000,
    // Without it one second, which a busy machine takes for less.
    expect: { poll: { timeout: 60_000 } },
  },
});

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    pool: 'forks',
    // Three more than most machines that run this have cores: a test often waits for a process, a timer or a disk.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('architecture', ['test/architecture/**/*.test.ts'], 1),
      project('unit', ['*/src/**/*.test.{ts,tsx}', '{bundle-tools,ui,appliance,agent}/test/**/*.test.{ts,tsx}'], 2),
      // These start the built commands, real servers and a browser, and kill, fill and break, each with folders, disks and ports of its own.
      project('commands', ['test/{integration,interop,e2e,fault,fuzz}/**/*.test.{ts,tsx}'], 3),
      project('alone', [alone], 3, true),
    ],
  },
});
