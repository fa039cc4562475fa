import { expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

// What is done again and again stands in one table, appliance/src/ticks.ts, and one module starts and stops it.

/** Who may keep a timer of its own, and why. */
const mayTick: Readonly<Record<string, string>> = {
  'appliance/src/platform/ticking.ts': 'the one module',
  'appliance/src/platform/http/guests.ts': 'the limits of connections, which end with their listener',
  'appliance/src/platform/until-stopped.ts': "a job's look at its own row, in the thread of the job",
};

const tickers = (files: ReadonlyArray<{ path: string; text: string }>): string[] =>
  files.filter(({ text }) => /\bsetInterval\b/.test(codeOnly(text))).map(({ path }) => path);

it('only one module of the appliance ticks, and what may tick beside it does', () => {
  const files = sourceFiles('appliance').filter(
    ({ path }) => path.startsWith('appliance/src/') && !path.endsWith('.test.ts'),
  );
  expect(tickers(files).sort()).toEqual(Object.keys(mayTick).sort());
});

it('finds a planted ticker', () => {
  const path = 'appliance/src/features/devices/service.ts';
  expect(tickers([{ path, text: 'const timer = setInterval(look, 1_000);' }])).toEqual([path]);
});
