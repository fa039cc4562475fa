import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { osv } from './host-bench.ts';
import { ledgerBench } from './ledger-bench.ts';

// The delta by the list of what is held, by the commands of both sides: nothing held is sent again, whatever was lost on
// the way, and a host without memory serves from the request alone.

describe('the delta', () => {
  const bench = ledgerBench();
  const { at, host, medium, introduceAppliance, sources, report, wipe, ask, answer, take, trip } = bench;
  const { opened, held, contentOf, refusedBy, save, restore, bundleFiles } = bench;

  const contentOfAnswer = async () => contentOf(String((await answer())['path']));
  const answerInVolumes = async (): Promise<string[]> => {
    // A little less than the whole of it, so that a second volume is needed.
    const { bytes } = await answer();
    await answer('--volume-size', String(Number(bytes) - 2048));
    return bundleFiles().sort();
  };
  const objectPath = (sha256: string) => at('appliance', 'objects', 'sha256', sha256.slice(0, 2), sha256);
  const isUpdate = (sha256: string) =>
    readFileSync(objectPath(sha256)).subarray(0, 8).toString('latin1') === '!<arch>\n';

  it('never sends what is held, and a lost bundle costs one trip and no full set', async () => {
    await introduceAppliance();
    await sources();
    await report([
      ['hello', '1.0-1'],
      ['tool', '2.0-1'],
    ]);
    await ask();
    const full = await contentOf(String((await answer())['path']));
    expect(full.carried.size).toBeGreaterThan(3);
    await take();

    // Nothing new: everything is relied on, nothing carried.
    wipe();
    const request = opened((await ask()).path);
    for (const sha256 of full.carried) expect(held(request).has(sha256)).toBe(true);
    expect([...(await contentOfAnswer()).carried]).toEqual([]);
    await take();

    // Something new, and its bundle is lost before anybody imports it.
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '1.0-1+deb13u2', '2026-02-02T00:00:00Z'));
    wipe();
    await ask();
    const lost = await contentOfAnswer();
    expect(lost.carried.size).toBe(1);
    wipe();
    const again = opened((await ask()).path);
    const carriedAgain = await contentOfAnswer();
    expect([...carriedAgain.carried]).toEqual([...lost.carried]);
    for (const sha256 of held(again)) expect(carriedAgain.carried.has(sha256)).toBe(false);
  });

  it('asks for what a refused bundle relied on and the site lost, and gets only that', async () => {
    await introduceAppliance();
    await sources();
    await trip();
    wipe();
    const { path } = await ask();
    const answered = await contentOfAnswer();
    expect(answered.reliesOn).toBeGreaterThan(0);
    const gone = [...held(opened(path))].find((sha256) => isUpdate(sha256)) ?? '';
    rmSync(objectPath(gone));
    const refusal = await refusedBy('bundle', 'import', medium());
    expect(refusal.code).toBe('INCOMPLETE');
    expect(refusal.output).toContain('The next request asks for what is missing');

    wipe();
    const next = opened((await ask()).path);
    expect(next.wants).toContainEqual({ kind: 'object', id: gone });
    expect([...(await contentOfAnswer()).carried]).toEqual([gone]);
    await take();
    wipe();
    expect(opened((await ask()).path).wants.filter(({ kind }) => kind === 'object')).toEqual([]);
  });

  it('is served by a host that went back to its backup, and gets back the receipts that were lost', async () => {
    await introduceAppliance();
    await sources();
    await trip();
    save('state', 'backup');
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '1.0-1+deb13u2', '2026-02-02T00:00:00Z'));
    for (const _ of [1, 2]) await trip();
    const before = await host('site', 'show', 'plant-7');
    restore('backup', 'state');

    wipe();
    const asked = opened((await ask()).path);
    // The site is ahead of this host in everything: number, targets, receipts.
    const done = await answer();
    expect(Number(done['seq'])).toBeGreaterThan(asked.state.seq);
    const content = await contentOf(String(done['path']));
    expect(content.manifest.tuf.targets).toBeGreaterThan(asked.tuf.targets);
    for (const sha256 of held(asked)) expect(content.carried.has(sha256)).toBe(false);
    expect(await host('site', 'show', 'plant-7')).toMatchObject({
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'CHAIN' })]),
    });
    expect(await take()).toMatchObject({ result: 'imported' });

    wipe();
    await ask();
    await answer();
    const after = await host('site', 'show', 'plant-7');
    expect(JSON.stringify(after['warnings'])).not.toContain('CHAIN');
    expect(Number((after['receipts'] as { count: number }).count)).toBeGreaterThan(
      Number((before['receipts'] as { count: number }).count),
    );
    await take();
  });

  it('is served by a new host that has the keys, the trust and the card only', async () => {
    await introduceAppliance();
    await sources();
    await trip();
    rmSync(at('state', 'sites', 'plant-7'), { recursive: true });
    await host('site', 'add', at('card.json'));
    wipe();
    const asked = opened((await ask()).path);
    const done = await answer();
    expect(Number(done['seq'])).toBe(asked.state.seq + 1);
    expect([...(await contentOf(String(done['path']))).carried]).toEqual([]);
    expect(await take()).toMatchObject({ result: 'imported' });
    expect(readdirSync(join(at('state'), 'sites', 'plant-7', 'receipts')).length).toBeGreaterThan(0);
  });

  it('brings only the rest of a bundle of which some volumes came, or the same volumes again when asked', async () => {
    await introduceAppliance();
    await sources();
    await report([
      ['hello', '1.0-1'],
      ['tool', '2.0-1'],
    ]);
    await ask();
    const volumes = await answerInVolumes();
    expect(volumes.length).toBeGreaterThan(1);
    const [first, ...others] = volumes;
    const kept = readFileSync(join(medium(), others[0] ?? ''));
    for (const name of others) rmSync(join(medium(), name));
    expect((await refusedBy('bundle', 'import', join(medium(), first ?? ''))).output).toContain('VOLUMES_MISSING');
    const came = await contentOf(join(medium(), first ?? ''));
    expect(came.carried.size).toBeGreaterThan(0);

    // Asked for again: the same bytes.
    wipe();
    const { path } = await ask('--volumes');
    expect(opened(path).wants.filter(({ kind }) => kind === 'volume')).toHaveLength(others.length);
    await host('fulfil', '--media', medium());
    expect(bundleFiles().sort()).toEqual([...others].sort());
    expect(readFileSync(join(medium(), others[0] ?? '')).equals(kept)).toBe(true);

    // Lost once more: a plain request gets a new bundle without what came in the first volume.
    wipe();
    const request = opened((await ask()).path);
    for (const sha256 of came.carried) expect(held(request).has(sha256)).toBe(true);
    const rest = await contentOfAnswer();
    for (const sha256 of came.carried) expect(rest.carried.has(sha256)).toBe(false);
    expect(await take()).toMatchObject({ result: 'imported' });
    wipe();
    await ask();
    expect([...(await contentOfAnswer()).carried]).toEqual([]);
  });
});
