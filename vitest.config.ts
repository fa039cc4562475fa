import crypto from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

// Each import and each look at a medium starts two processes. Built, as in production, they start in a third of the time.
const permissions = join(import.meta.dirname, 'bundle-tools/dist/importer/child-permissions.js');
const builtChildren = {
  name: 'built-children',
  enforce: 'pre' as const,
  resolveId: (id: string, importer?: string) =>
    id.endsWith('/child-permissions.ts') && importer !== undefined && !importer.endsWith('.test.ts')
      ? permissions
      : undefined,
  transform: (code: string, id: string) =>
    id === permissions
      ? code.replace('import.meta.url', JSON.stringify(pathToFileURL(permissions.replace('/dist/', '/program/')).href))
      : undefined,
};

const source = {
  plugins: [builtChildren],
  resolve: { conditions: ['@sallyport/source'] },
  ssr: { resolve: { conditions: ['@sallyport/source'], externalConditions: ['@sallyport/source'] } },
  oxc: { jsx: { runtime: 'automatic' as const, importSource: 'hono/jsx' } },
};

const project = (name: string, include: string[], minutes: number, extra: object = {}) => ({
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
    ...extra,
  },
});

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    pool: 'forks',
    // Two more than most machines that run this have cores: a test often waits for a process, a timer or a disk.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('architecture', ['test/architecture/**/*.test.ts'], 1),
      project('unit', ['*/src/**/*.test.{ts,tsx}', '{bundle-tools,ui,appliance,agent}/test/**/*.test.{ts,tsx}'], 2),
      // These start the built commands, real servers and a browser, each file with folders and ports of its own.
      project('commands', ['test/{integration,interop,e2e}/**/*.test.{ts,tsx}'], 3),
      // These kill, fill and break, each on disks, ports and processes of its own.
      project('system', ['test/{fault,fuzz}/**/*.test.{ts,tsx}'], 3, { isolate: true }),
    ],
  },
});
