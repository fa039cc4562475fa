import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, temporaryFolder, tryCommand } from '../support/commands.ts';

// A site is restored from a backup that is older than its last import. Its counters went back with it, and the connected
// host says so at the next request, before anything is sent. Real commands on both sides.

const osv = (id: string, fixed: string, modified: string): string =>
  JSON.stringify({
    schema_version: '1.7.0',
    id,
    modified,
    summary: `${id} in hello`,
    affected: [
      {
        package: { ecosystem: 'Debian:13', name: 'hello' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });

describe('a site that was restored from an old backup', () => {
  const folder = temporaryFolder('restored');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const data = ['--data', at('site')];
  const state = ['--state', at('host')];
  const medium = at('medium');

  const clearMedium = (): void => {
    for (const name of readdirSync(medium)) rmSync(join(medium, name), { recursive: true });
  };
  const fulfilArgs = ['fulfil', '--media', medium, ...state, '--curator-key', at('keys', 'curator')];
  const exportRequest = (): Promise<{ number: number }> =>
    command('sallyport', 'request', 'export', '--out', medium, ...data);
  const exchange = async (): Promise<void> => {
    clearMedium();
    await exportRequest();
    await command('sallyport-bundle', ...fulfilArgs);
    await command('sallyport', 'bundle', 'import', medium, ...data);
  };

  beforeAll(async () => {
    for (const part of ['medium', 'keys', 'osv']) mkdirSync(at(part));
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1', '2026-01-02T00:00:00Z'));
    const roots = [1, 2, 3].flatMap((number) => ['--root-key', at('keys', `root-${number}`)]);
    await command('sallyport-bundle', 'trust', 'init', ...state, ...roots, '--curator-key', at('keys', 'curator'));
    await command('sallyport-bundle', 'source', 'add', 'osv', 'debian', at('osv'), ...state);
    const { fingerprint } = await command<{ fingerprint: string }>(
      'sallyport-bundle',
      'trust',
      'export',
      ...state,
      '--out',
      at('trust.tar'),
    );
    const made = await command<{ recoveryKey: string }>(
      'sallyport',
      'init',
      ...data,
      '--site',
      'plant-7',
      '--address',
      'localhost',
    );
    writeFileSync(at('recovery'), made.recoveryKey);
    await command('sallyport', 'trust', 'import', at('trust.tar'), ...data, '--fingerprint', fingerprint);
    const card = await command<{ fingerprint: string }>(
      'sallyport',
      'site-card',
      'export',
      ...data,
      '--out',
      at('card'),
    );
    await command('sallyport-bundle', 'site', 'add', at('card'), ...state, '--fingerprint', card.fingerprint);
    await exchange();
  });
  afterAll(() => folder.remove());

  it('is noticed by the host: SITE_REVERTED, and nothing is sent', async () => {
    await command('sallyport', 'backup', 'create', ...data, '--out', at('old.spb'));
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '1.0-2', '2026-02-02T00:00:00Z'));
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
    expect(readFileSync(at('recovery'), 'utf8').length).toBeGreaterThan(20);
  });
});
