import crypto from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TallyReporter } from './test/support/tally-reporter.ts';
import { temporaryRoot } from './test/support/temporary-root.ts';

if (Number(process.versions.napi) < 10 || typeof crypto.argon2 !== 'function') {
  throw new Error(
    `the tests need Node.js 24, but were started with ${process.version}. Run "make setup", then start them through make, npm or node_modules/.bin/node.`,
  );
}

const root = temporaryRoot();
// Workers, and the commands that they start, inherit both.
if (root !== undefined) process.env['TMPDIR'] = root;
// The same commands are started many hundred times.
process.env['NODE_COMPILE_CACHE'] ??= join(root ?? tmpdir(), 'sallyport-compile-cache');
// What many tests begin with is made once per run and copied (appliance/test/support/initialised.ts).
const made = mkdtempSync(join(root ?? tmpdir(), 'sallyport-made-'));
process.env['SALLYPORT_TEST_MADE'] = made;
process.once('exit', () => rmSync(made, { recursive: true, force: true }));

const source = {
  resolve: { conditions: ['@sallyport/source'] },
  ssr: { resolve: { conditions: ['@sallyport/source'], externalConditions: ['@sallyport/source'] } },
  oxc: { jsx: { runtime: 'automatic' as const, importSource: 'hono/jsx' } },
};

const project = (name: string, include: string[], extra: object = {}) => ({
  ...source,
  test: { name, include, testTimeout: 60_000, hookTimeout: 120_000, ...extra },
});

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    pool: 'forks',
    // On a disk they wait for flushes, so one more finds something to do.
    maxWorkers: root === undefined ? 3 : 2,
    projects: [
      project('architecture', ['test/architecture/**/*.test.ts']),
      // One process takes many files: no module keeps state, so nothing of one is left for the next, and half of the time
      // went into loading the same modules again.
      project('unit', ['*/src/**/*.test.{ts,tsx}', '{bundle-tools,ui,appliance,agent}/test/**/*.test.{ts,tsx}'], {
        isolate: false,
      }),
      // These start the built commands, real servers and a browser, each file with folders and ports of its own.
      project('commands', ['test/{integration,interop,e2e}/**/*.test.{ts,tsx}'], {
        testTimeout: 180_000,
        hookTimeout: 240_000,
      }),
      // These kill in the right moment or count what a fault leaves, so they take turns.
      project('system', ['test/{fault,fuzz}/**/*.test.{ts,tsx}'], {
        testTimeout: 180_000,
        hookTimeout: 240_000,
        fileParallelism: false,
      }),
    ],
  },
});
