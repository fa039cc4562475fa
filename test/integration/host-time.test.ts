import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import { silentIo } from '@sallyport/bundle-tools/cli/io';
import { runProgram } from '@sallyport/bundle-tools/cli/run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { setClocks } from '../../appliance/test/support/clocks.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { osv } from './host-bench.ts';

// A site that is certain of a time which nothing signed now reaches: the host says so, with the site's time, and makes no bundle.

const dayMs = 86_400_000;

describe('the host and the time of a site', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  const at = (...parts: string[]) => join(site.folder, ...parts);
  const state = () => ['--state', at('host')];
  const run = (...args: string[]) => runProgram('sallyport-bundle', commands, args, silentIo);
  const host = async (...args: string[]): Promise<Record<string, unknown>> => {
    const done = await run(...args, '--json');
    if (done.exit !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
    return JSON.parse(done.stdout) as Record<string, unknown>;
  };
  const fulfil = (medium: string) =>
    run('fulfil', '--media', at(medium), '--curator-key', at('keys', 'curator'), ...state());

  beforeAll(async () => {
    site = await openAppliance(undefined, undefined, setClocks);
    for (const part of ['ahead', 'right', 'keys', 'osv']) mkdirSync(at(part));
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    const roots = ['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', name)]);
    await host('trust', 'init', ...roots, '--curator-key', at('keys', 'curator'), ...state());
    const { fingerprint } = await host('trust', 'export', '--out', at('trust.tar'), ...state());
    await site.exchange.importTrust(admin, at('trust.tar'), String(fingerprint));
    const card = site.exchange.siteCard(admin);
    writeFileSync(at('card'), card.bytes);
    await host('site', 'add', at('card'), '--fingerprint', card.fingerprint, ...state());
    await host('source', 'add', 'osv', 'debian', at('osv'), ...state());
  });
  afterAll(() => site.stop());

  it('are compared before a bundle is made, and the refusal names the time of the site', async () => {
    const now = Date.now();
    site.time.setFloor(now + 300 * dayMs);
    site.exchange.exportRequest(admin, at('ahead'));
    const { floor } = site.exchange.time();
    const refused = await fulfil('ahead');
    expect(refused.exit).not.toBe(0);
    expect(refused.stderr).toContain('CLOCK_SUSPECT');
    expect(refused.stderr).toContain(floor);
    expect(refused.stderr).toContain('clock back');
    expect(refused.stderr).not.toContain('bug');
    // The site has gone back: its next request is answered.
    site.time.setFloor(now, true);
    site.exchange.exportRequest(admin, at('right'));
    const done = await fulfil('right');
    expect(done.exit, done.stderr).toBe(0);
  });
});
