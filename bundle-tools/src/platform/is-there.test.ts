import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isThere } from './is-there.ts';

const folder = mkdtempSync(join(tmpdir(), 'is-there-'));
const at = (...parts: string[]): string => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('isThere', () => {
  it('knows what is there, and what is not: nothing, below a file, and a link that leads nowhere', () => {
    writeFileSync(at('file'), '');
    symlinkSync(at('file'), at('link'));
    symlinkSync(at('nowhere'), at('dangling'));
    expect(['', 'file', 'link'].map((name) => isThere(at(name)))).toEqual([true, true, true]);
    expect(['none', 'file/below', 'dangling'].map((name) => isThere(at(name)))).toEqual([false, false, false]);
  });

  it('does not call absent what it may not look at', (context) => {
    if (process.getuid?.() !== 0) return context.skip('takes root, to be another user');
    mkdirSync(at('closed'), { mode: 0o700 });
    writeFileSync(at('closed', 'key'), '');
    chmodSync(folder, 0o755);
    const program = `const { isThere } = await import(${JSON.stringify(join(import.meta.dirname, 'is-there.ts'))}); console.log(isThere(process.argv[1]))`;
    const run = (...rights: string[]) =>
      spawnSync(
        'setpriv',
        [
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          ...rights,
          process.execPath,
          '--input-type=module',
          '-e',
          program,
          at('closed', 'key'),
        ],
        { encoding: 'utf8', cwd: '/' },
      );
    const closed = run();
    expect(closed.status).toBe(1);
    expect(closed.stderr).toContain('EACCES');
    // With the right over everybody's files it is there, whoever the real user is: access(2) says it is not.
    const rights = '-all,+dac_override';
    expect(run(`--inh-caps=${rights}`, `--ambient-caps=${rights}`)).toMatchObject({ status: 0, stdout: 'true\n' });
  });
});
