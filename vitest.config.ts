import crypto from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
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

// Each import and each look at a medium starts two processes, a server a thread for reports and one for each kind of job. Built, as
// in production, they start in a third of the time. What was built before a source changed is not used.
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

/** Modules that start processes and threads by their own place. */
const starters = [
  'bundle-tools/src/importer/child-permissions.ts',
  'appliance/src/compose.ts',
  'appliance/src/server/intake/intake.ts',
];
const builtChildren = {
  // What was transformed is kept from run to run by the name.
  name: `children-built-${isBuilt}`,
  enforce: 'pre' as const,
  transform: (code: string, id: string) => {
    const [, workspace = '', path = ''] = /^([a-z-]+)\/src\/(.+)\.ts$/.exec(relative(import.meta.dirname, id)) ?? [];
    if (!isBuilt || !starters.includes(`${workspace}/src/${path}.ts`)) return undefined;
    const place = join(built(workspace), `${path}.js`);
    return code
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(place)))
      .replaceAll('import.meta.filename', JSON.stringify(place))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(place).href));
  },
};

const source = {
  plugins: [builtChildren],
  resolve: { conditions: ['@sallyport/source'] },
  ssr: { resolve: { conditions: ['@sallyport/source'], externalConditions: ['@sallyport/source'] } },
  oxc: { jsx: { runtime: 'automatic' as const, importSource: 'hono/jsx' } },
};

const project = (name: string, include: string[], minutes: number) => ({
  ...source,
  test: {
    name,
    include,
    setupFiles: ['test/support/laws.ts'],
    // One process takes many files: no module keeps state, so nothing of one is left for the next, and half of the time
    // went into loading the same modules again.
    isolate: false,
    testTimeout: minutes * 60_000 * runsFactor,
    hookTimeout: (minutes + 1) * 60_000,
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
    ],
  },
});
