import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

// Tests are steered by states, never by time: a fixed pause in front of a kill or an expectation is too short on one machine
// and wasted on another. So no test lets time pass by itself; what waits, waits with `until` or `expect.poll` for a state.

/** Who may, and why no state is meant. */
const mayPause: Readonly<Record<string, string>> = {
  'test/support/until.ts': 'looks again until a state is there',
  'test/support/commands.ts': 'limits of a start and of an end',
  'test/support/fuse/mount.ts': 'limit of an end',
  'test/support/fleet-player.ts': 'agents wait as long as their server says',
  'test/support/controllers/judges.ts': 'the pace that the product keeps to controllers',
  'test/support/controllers/transport.ts': 'the time-out that the product asks for',
  'test/fault/hostile.test.ts': 'the pace of slow clients',
  'test/e2e/new-site.test.ts': 'waits as long as the server says',
  'test/integration/service-unit.test.ts': 'an observer within the booted system looks again until a state is there',
  'test/release/power-cut.ts': 'the power fails at a part of the time that an upgrade was seen to take',
  'test/architecture/pauses.test.ts': 'the planted ones',
};

const time =
  /(?<![.\w])setTimeout\(|\bwaitForTimeout\(|\bAtomics\.wait\(|\b(?:spawn|exec|execFile)(?:Sync)?\(\s*['"`]sleep\b/g;

/** What in a test lets time pass. */
const pausesIn = (text: string): string[] => {
  // `setImmediate` of the same module lets no time pass.
  const imports = (text.match(/^import [^;]*['"](?:node:)?timers\/promises['"];/gm) ?? []).filter(
    (line) => !/^import \{ setImmediate(?: as \w+)? \} /.test(line),
  );
  return [...imports, ...(codeOnly(text).match(time) ?? []), ...(text.match(/\(\s*['"`]sleep['"`],/g) ?? [])];
};

// How long a state is waited for stands once (vitest.config.ts): a limit of a test's own was measured on one machine.
/** What in a test waits for a state for a time of its own. */
const ownLimitsIn = (text: string): string[] => {
  const code = codeOnly(text);
  return [...(code.match(/\bvi\.wait(?:For|Until)\(/g) ?? []), ...(code.match(/\.poll\([^;]*?\btimeout:/g) ?? [])];
};

const isTest = (path: string): boolean =>
  (/\.test\.tsx?$/.test(path) || /^(?:[a-z-]+\/)?test\//.test(path)) && !path.startsWith('test/bench/');

describe('tests', () => {
  const files = sourceFiles('test', 'appliance', 'agent', 'bundle-tools', 'ui').filter(({ path }) => isTest(path));

  it('wait for states, not for a time', () => {
    const found = files.flatMap(({ path, text }) => (pausesIn(text).length > 0 ? [path] : []));
    expect(found.filter((path) => !Object.hasOwn(mayPause, path))).toEqual([]);
    // And nobody is excused who needs it no more.
    expect(Object.keys(mayPause).filter((path) => !found.includes(path))).toEqual([]);
  });

  it('wait for a state as long as all do', () => {
    const found = files.flatMap(({ path, text }) => (ownLimitsIn(text).length > 0 ? [path] : []));
    expect(found).toEqual([]);
    expect(
      [
        'await expect.poll(() => a(), { timeout: 5_000 }).toBe(1);',
        'await expect\n  .poll(async () => (await b()).c, { interval: 20, timeout: 5_000 })\n  .toBe(1);',
        'await vi.waitFor(() => expect(a()).toBe(1));',
        'await vi.waitUntil(() => a());',
      ].filter((text) => ownLimitsIn(text).length === 0),
    ).toEqual([]);
    expect(ownLimitsIn('await expect.poll(() => a()).toBe(1);\ncall({ timeout: 5_000 });')).toEqual([]);
  });

  it('would be found, however they pause', () => {
    const planted = [
      "import { setTimeout as sleep } from 'node:timers/promises';\n",
      'await new Promise((resolve) => setTimeout(resolve, 100));',
      'await page.waitForTimeout(500);',
      'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);',
      "spawnSync('sleep', ['1']);",
    ];
    expect(planted.filter((text) => pausesIn(text).length === 0)).toEqual([]);
    expect(
      pausesIn("socket.setTimeout(20_000, end); // setTimeout(\nrun('node', ['-e', 'setTimeout(f, 1)']);"),
    ).toEqual([]);
  });
});
