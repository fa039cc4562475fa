import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { runHere } from '../../test/support/run-line.ts';
import { compose } from '../compose.ts';
import { openLog } from '../platform/log.ts';
import { wholeSite } from '../platform/scope.ts';

let folder: string;
const data = (): string => join(folder, 'data');
beforeEach(() => {
  folder = ownFolder('cli');
});

const run = (...args: string[]) => runHere(...args, '--data', data());

describe('account reset', () => {
  it('lets a locked-out administrator in again by a new link, and the journal says who did it', async () => {
    const made = await run('init', '--site', 'north', '--address', 'localhost', '--administrator', 'chief', '--json');
    const first = (JSON.parse(made.stdout) as { linkPath: string }).linkPath.split('/').at(-1) ?? '';
    const reset = await run('account', 'reset', 'chief', '--json');
    expect(reset.code).toBe(0);
    const { linkPath, account } = JSON.parse(reset.stdout) as { linkPath: string; account: string };
    const token = linkPath.split('/').at(-1) ?? '';
    const appliance = await compose({ dataDir: data(), log: openLog('silent') });
    try {
      const { accounts, events, objects } = appliance;
      expect(accounts.findLink(first)).toBeUndefined();
      expect(accounts.findLink(token)?.account).toBe(account);
      const password = 'a phrase for the night';
      const session = await accounts.useLink(token, { password, again: password, from: 'unknown' });
      expect(session.actor.rights.has('all')).toBe(true);
      expect(events.list({ scope: wholeSite('job'), type: ['one-time-link-made'], limit: 1 }).rows[0]?.actor).toMatch(
        /^cli:/,
      );
      expect(objects.revisions('account', account).length).toBeGreaterThan(1);
    } finally {
      await appliance.close();
    }
  });

  it('makes an administrator of a name that is not there only where it is told to', async () => {
    await run('init', '--site', 'north', '--address', 'localhost', '--administrator', 'chief');
    const refused = await run('account', 'reset', 'cheif');
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--create') as string });
    expect((await run('account', 'reset', 'cheif', '--create')).code).toBe(0);
    expect((await run('account', 'reset', 'cheif')).code).toBe(0);
  });

  it('asks for exactly one name', async () => {
    await run('init', '--site', 'north', '--address', 'localhost');
    expect((await run('account', 'reset')).code).toBe(2);
    expect((await run('account', 'reset', 'a', 'b')).code).toBe(2);
  });
});
