import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { sealTo } from '@sallyport/bundle-tools/documents/sealed';
import { generateSealKey } from '@sallyport/bundle-tools/trust/keys';
import { describe, expect, it } from 'vitest';
import { osv } from './host-bench.ts';
import { ledgerBench } from './ledger-bench.ts';
import { makeSite } from './made-site.ts';

// What goes back or comes twice, and what the connected host says of it; all by the commands of both sides.

type View = {
  bundles: { seq: number; state: string; code?: string }[];
  refused: { code: string }[];
  notTaken: { code: string }[];
  reverted: { from: number; to: number }[];
  warnings: { code: string; next: string }[];
  seq: { sent: number; inForce: number | null };
  daysLeft: Record<string, number>;
  devices: Record<string, number> | null;
};

describe('the ledger', () => {
  const bench = ledgerBench();
  const { run, at, state, host, refused, medium, appliance, refusedBy, introduceAppliance } = bench;
  const { wipe, ask, answer, take, trip, opened, save, restore, bundleFiles } = bench;
  const show = (...args: string[]) => host('site', 'show', 'plant-7', ...args) as unknown as Promise<View>;

  it('knows a replay, an older number, another request and a broadcast, and tells the host what was refused', async () => {
    await introduceAppliance();
    await ask();
    await answer();
    cpSync(medium(), at('first'), { recursive: true });
    await take();
    expect(await take(at('first'))).toMatchObject({ result: 'already', code: 'ALREADY_IMPORTED' });

    // Two answers to one request: the older number is refused once the newer is in force.
    wipe();
    await ask();
    await answer();
    cpSync(medium(), at('older'), { recursive: true });
    await answer();
    await take();
    expect((await refusedBy('bundle', 'import', at('older'))).code).toMatch(/^(ROLLBACK|NONCE)$/);
    await host('trust', 'export', '--out', at('broadcast.tar'));
    expect((await refusedBy('bundle', 'import', at('broadcast.tar'))).code).toBe('NONCE');

    wipe();
    await ask();
    await answer();
    const view = await show();
    expect(view.refused.map(({ code }) => code)).toEqual(expect.arrayContaining(['NONCE']));
    expect(view.bundles.map(({ seq: number, state: is }) => [number, is])).toEqual([
      [4, 'on-the-way'],
      [3, 'imported'],
      [2, 'superseded'],
      [1, 'imported'],
    ]);
    expect(view.daysLeft['root']).toBeGreaterThan(1000);
    expect(view.devices).toEqual({ ok: 0, warning: 0, critical: 0 });
    expect((await show('--overdue-days', '0')).bundles[0]).toMatchObject({ state: 'overdue' });
    expect(JSON.stringify((await show('--overdue-days', '0')).warnings)).toContain('OVERDUE');
  });

  it('names a site that restored its backup, goes on above it when a person agrees, and shows it', async () => {
    await introduceAppliance();
    await trip();
    save('appliance', 'backup');
    await trip();
    restore('backup', 'appliance');

    wipe();
    const back = opened((await ask()).path);
    expect(back.state.seq).toBe(1);
    const refusal = await refused('fulfil', '--media', medium());
    expect(refusal).toMatchObject({ code: 'SITE_REVERTED', status: 1 });
    expect(refusal.stderr).toContain('--accept-reverted');
    expect((await show()).warnings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'SITE_REVERTED', next: expect.stringContaining('--accept-reverted plant-7') }),
      ]),
    );
    const done = await run('fulfil', '--media', medium(), '--accept-reverted', 'plant-7', ...state(), '--json');
    expect(done.stderr).toContain('went back: it is at bundle 1');
    expect(JSON.parse(done.stdout)).toMatchObject({ bundles: [{ seq: 3 }] });
    expect(await take()).toMatchObject({ result: 'imported', summary: { seq: 3 } });
    await trip();
    const view = await show();
    expect(view.reverted).toMatchObject([{ from: 2, to: 1 }]);
    expect(view.warnings).toEqual([]);
    expect(view.seq).toEqual({ sent: 4, inForce: 3 });
  });

  it('refuses a request that was altered, cut, sealed for another host or signed by another site', async () => {
    await introduceAppliance();
    const { path } = await ask();
    const sealed = readFileSync(path);
    const codeOf = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(path, bytes);
      return (await refused('catalog', 'build', '--media', medium())).code;
    };
    const altered = Buffer.from(sealed);
    altered[altered.length - 100]! ^= 1;
    expect(await codeOf(altered)).toBe('SEAL');
    expect(await codeOf(sealed.subarray(0, sealed.length - 17))).toBe('SEAL');
    expect(await codeOf(sealed.subarray(0, 40))).toBe('SEAL');
    expect(await codeOf(sealTo(Buffer.from('{}'), [generateSealKey().publicKey]))).toBe('SEAL');
    // Another site's keys under this site's name.
    const stranger = makeSite('plant-7', at('stranger'));
    await stranger.importTrust(at('introduction.tar'));
    stranger.writeCard(at('stranger.card'));
    rmSync(path);
    stranger.writeRequest(medium(), {});
    expect((await refused('catalog', 'build', '--media', medium())).code).toBe('SITE_UNKNOWN');
    expect(readdirSync(at('state', 'sites', 'plant-7')).includes('request.dsse.json')).toBe(false);
    expect(bundleFiles()).toEqual([]);
  });

  it('lets time be agreed to and an inventory go back, by a second look and with a reason', async () => {
    await introduceAppliance();
    await host('source', 'add', 'osv', 'debian', at('osv'));
    await trip();
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '1.0-1+deb13u2', '2026-02-02T00:00:00Z'));
    await trip();
    expect(await appliance('clock', 'show')).toMatchObject({
      isBehind: false,
      doubtful: [],
      releasedAt: expect.any(String),
    });
    expect((await refusedBy('clock', 'agree', '--reason', 'why not')).code).toBe('NOT_FOUND');
    const looked = await refusedBy('inventory', 'revert', '--reason', 'a broken list');
    expect(looked.output).toContain('Nothing was changed');
    expect(await appliance('inventory', 'revert', '--reason', 'a broken list', '--yes')).toMatchObject({
      reverted: true,
    });
    await trip();
    await trip();
    expect(JSON.stringify(await show())).toContain('a broken list');
  });
});
