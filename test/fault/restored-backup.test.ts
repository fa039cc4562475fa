import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';
import { makeRealPair } from './real-pair.ts';

// A site is restored from a backup that is older than its last import. Its counters went back with it, and the connected
// host says so at the next request, before anything is sent. Real commands on both sides.

describe('a site that was restored from an old backup', () => {
  const commands = commandProcess();
  const { command, tryCommand } = commands;
  const folder = temporaryFolder('restored');
  let pair: Awaited<ReturnType<typeof makeRealPair>>;
  let data: readonly string[] = [];
  let fulfilArgs: readonly string[] = [];
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const medium = at('medium');

  const clearMedium = (): void => {
    for (const name of readdirSync(medium)) rmSync(join(medium, name), { recursive: true });
  };
  const exportRequest = (): Promise<{ number: number }> =>
    command('sallyport', 'request', 'export', '--out', medium, ...data);
  const exchange = async (): Promise<void> => {
    clearMedium();
    await exportRequest();
    await command('sallyport-bundle', ...fulfilArgs);
    await command('sallyport', 'bundle', 'import', medium, ...data);
  };

  beforeAll(async () => {
    mkdirSync(medium);
    pair = await makeRealPair(folder.path, commands);
    data = pair.data;
    fulfilArgs = ['fulfil', '--media', medium, ...pair.state, ...pair.curator];
    writeFileSync(at('recovery'), pair.recoveryKey);
    await pair.advise('debian', { count: 3, bytesEach: 10 });
    await exchange();
  });
  afterAll(() => folder.remove());

  it('is noticed by the host: SITE_REVERTED, and nothing is sent', async () => {
    await command('sallyport', 'backup', 'create', ...data, '--out', at('old.spb'));
    await pair.advise('debian', { count: 1, bytesEach: 10 });
    await exchange();
    // A request in between tells the host what the site has now, with its receipts.
    clearMedium();
    await exportRequest();
    expect(await tryCommand('sallyport-bundle', fulfilArgs)).toMatchObject({ status: 0 });

    rmSync(at('site'), { recursive: true });
    await command('sallyport', 'backup', 'restore', at('old.spb'), '--key-file', at('recovery'), ...data);
    expect(await tryCommand('sallyport', ['doctor', ...data])).toMatchObject({ status: 0 });
    clearMedium();
    await exportRequest();
    const refused = await tryCommand('sallyport-bundle', fulfilArgs);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('SITE_REVERTED');
    expect(refused.stderr).toContain('plant-7');
    expect(readdirSync(medium).filter((name) => name.endsWith('.tar'))).toEqual([]);
  });

  it('is served again once a person has accepted it, and its import goes on from where the backup was', async () => {
    const accepted = await tryCommand('sallyport-bundle', [...fulfilArgs, '--accept-reverted', 'plant-7']);
    expect(accepted, accepted.stderr).toMatchObject({ status: 0 });
    const done = await command<{ result: string }>('sallyport', 'bundle', 'import', medium, ...data);
    expect(done.result).toBe('imported');
    expect(await tryCommand('sallyport', ['doctor', ...data])).toMatchObject({ status: 0 });
    clearMedium();
    await exportRequest();
    const next = await tryCommand('sallyport-bundle', fulfilArgs);
    expect(next, next.stderr).toMatchObject({ status: 0 });
  });
});
