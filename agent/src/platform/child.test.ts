import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runChild } from './child.ts';

const sh = (script: string, timeoutMs = 20_000, maxOutputBytes = 1000) =>
  runChild({ command: '/bin/sh', args: ['-c', script], timeoutMs, maxOutputBytes });

describe('a child', () => {
  it('tells its exit code and both outputs', async () => {
    const done = await sh('echo out; echo err >&2; exit 3');
    expect(done).toMatchObject({ exit: 3, timedOut: false, stdout: 'out\n' });
    expect(done.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('has its output cut in the middle', async () => {
    const done = await sh('echo start; yes line | head -c 100000; echo end');
    expect(done.output.length).toBeLessThan(1100);
    expect(done.output).toMatch(/^start\n/);
    expect(done.output).toMatch(/bytes cut\]/);
    expect(done.output).toMatch(/end\n$/);
  });

  it('is ended with its own children at the time-out', async () => {
    // Where the shell did not come as far as its own child, it is given longer.
    const tried = async (timeoutMs: number): Promise<Awaited<ReturnType<typeof sh>>> => {
      const ended = await sh('sleep 543 & echo $!; sleep 543', timeoutMs);
      return ended.stdout === '' ? tried(2 * timeoutMs) : ended;
    };
    const done = await tried(300);
    expect(done).toMatchObject({ exit: null, timedOut: true });
    const path = `/proc/${done.stdout.trim()}/cmdline`;
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe('');
  });

  it('gets nothing of our environment, and no shell', async () => {
    expect((await sh('env | cut -d= -f1 | sort | tr "\\n" " "')).stdout).toBe('LC_ALL PATH PWD ');
    const echoed = await runChild({ command: 'echo', args: ['$(id)', ';', 'x'], timeoutMs: 20_000 });
    expect(echoed.stdout).toBe('$(id) ; x\n');
  });

  it('that does not exist is a result, not a crash', async () => {
    expect(await runChild({ command: '/nonexistent', args: [], timeoutMs: 20_000 })).toMatchObject({
      exit: null,
      timedOut: false,
    });
  });
});
