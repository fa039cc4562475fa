import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { runHere } from '../../test/support/run-line.ts';
import { compose } from '../compose.ts';
import { openLog } from '../platform/log.ts';

let folder: string;
const data = (): string => join(folder, 'data');
beforeEach(() => {
  folder = ownFolder('cli');
});

const run = (...args: string[]) => runHere(...args, '--data', data());

describe('account first-link', () => {
  it('makes the first log-in anew at every address that others reach, until the first was used', async () => {
    const addresses = ['--address', 'localhost', '--address', 'north.example', '--address', '10.20.0.5'];
    await run('init', '--site', 'north', ...addresses, '--listen', '0.0.0.0:443', '--administrator', 'chief');
    const made = await run('account', 'first-link', '--json');
    expect(made.code, made.stderr).toBe(0);
    const { links, linkPath } = JSON.parse(made.stdout) as { links: string[]; linkPath: string };
    expect(links).toEqual([`https://north.example${linkPath}`, `https://10.20.0.5${linkPath}`]);
    const appliance = await compose({ dataDir: data(), log: openLog('silent') });
    try {
      const password = 'a phrase for the night';
      const token = linkPath.split('/').at(-1) ?? '';
      await appliance.accounts.useLink(token, { password, again: password, from: 'unknown' });
    } finally {
      await appliance.close();
    }
    expect(await run('account', 'first-link')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('account reset') as string,
    });
  });
});
