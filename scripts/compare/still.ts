import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';

// The one module that reads the clock gives the same time for a whole recording, and the disk has the same room: without it two
// recordings differ in ages, times and figures.

const [wallMs = 0, sinceStartMs = 0] = (process.env['SALLYPORT_COMPARE_CLOCK'] ?? '').split(' ').map(Number);

const isAmbient = (url: string): boolean => url.endsWith('/bundle-tools/src/platform/ambient.ts');
const times = { nowMs: wallMs, bootMs: sinceStartMs, steadyMs: 1_000 };
const still = Object.entries(times).map(([name, ms]) => `export const ${name} = () => ${ms};`);

registerHooks({
  load: (url, context, next) =>
    isAmbient(url)
      ? {
          format: 'module',
          shortCircuit: true,
          source: [`export * from ${JSON.stringify(`${url}?real`)};`, ...still].join('\n'),
        }
      : next(url, context),
});

const { statfsSync } = fs;
const room = { blocks: 64_000_000, bfree: 32_000_000, bavail: 32_000_000, bsize: 4_096 };
fs.statfsSync = ((path: string) => Object.assign(statfsSync(path), room)) as typeof statfsSync;
syncBuiltinESMExports();
