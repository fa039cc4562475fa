import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleOf, hostBench, inventoryOf, type Json, newer } from './host-bench.ts';

// The antivirus of the connected host: a real ClamAV, with definitions of our own that know one package of the vendor.

const isInstalled = existsSync('/usr/bin/clamscan');
const madeAt = new Date('2026-11-20T06:00:00Z');

describe.skipIf(!isInstalled)('the antivirus of the connected host', () => {
  const { at, host, refused, ceremony, introduce, sign, asking } = hostBench();

  /** Definitions that know a file, or none. */
  const definitions = (bytes?: Uint8Array): string => {
    const text =
      bytes === undefined
        ? `${'0'.repeat(32)}:1:Sallyport.Test.Nothing\n`
        : `${createHash('md5').update(bytes).digest('hex')}:${bytes.length}:Sallyport.Test.Package\n`;
    mkdirSync(at('definitions'), { recursive: true });
    const path = at('definitions', 'own.hdb');
    writeFileSync(path, text);
    const time = bytes === undefined ? madeAt : new Date(madeAt.getTime() + 86_400_000);
    utimesSync(path, time, time);
    return at('definitions');
  };
  const configure = (folder: string) => host('scan', 'configure', '--engine', 'clamscan', '--database', folder);
  const objectOf = (sha256: string): string => at('state', 'objects', 'sha256', sha256.slice(0, 2), sha256);

  it('leaves out what it finds, says so to the curator and the site, and signs that it looked', async () => {
    const site = await asking();
    expect(await configure(definitions())).toMatchObject({ engine: 'clamscan', definitionsAt: '2026-11-20T06:00:00Z' });
    const first = await host('catalog', 'build', '--media', at('medium'));
    expect(first).toMatchObject({ updates: 3, leftOut: [] });
    await sign(first);
    const clean = bundleOf(await host('fulfil', '--media', at('medium')));
    expect(clean).toMatchObject({ updates: 3 });
    const steps = () => host('custody', 'verify', '--site', 'plant-1').then((found) => JSON.stringify(found));
    expect(await steps()).toMatch(/"step":"fulfil".*"step":"scan"/);

    // A day later the definitions know one of the packages that were signed.
    const line = inventoryOf(first).find(({ path }) => path.includes('/libtool9'));
    const package_ = readFileSync(objectOf(line?.sha256 ?? ''));
    await configure(definitions(package_));
    const late = await refused('fulfil', '--media', at('medium'));
    expect(late).toMatchObject({ code: 'SCAN', status: 1 });
    expect(late.stderr).toContain('Sallyport.Test.Package');
    expect(existsSync(objectOf(line?.sha256 ?? ''))).toBe(false);

    const second = await host('catalog', 'build', '--media', at('medium'));
    // What depends on it goes with it.
    expect(second).toMatchObject({ updates: 1, leftOut: [{ sha256: line?.sha256 }] });
    expect(readFileSync(join(String(second['path']), 'diff.txt'), 'utf8')).toMatch(
      /Left out:\n {2}\S*libtool9\S* .*found/,
    );
    expect(inventoryOf(second).some(({ sha256 }) => sha256 === line?.sha256)).toBe(false);
    await sign(second);
    const answer = bundleOf(await host('fulfil', '--media', at('medium')));
    expect(answer).toMatchObject({ updates: 1 });
    expect((answer['gaps'] as Json[]).map(({ reason }) => reason)).toContain('NOT_APPROVED');
    const verdict = await site.importBundle(String(answer['path']));
    expect(verdict.objects.some(({ sha256 }) => sha256 === line?.sha256)).toBe(false);
  });

  it('lets nothing out while it does not work', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await host('source', 'add', 'osv', 'debian', at('osv'));
    site.writeRequest(at('medium'), { wants: newer, platforms: [] });
    mkdirSync(at('empty'));
    const empty = await refused('scan', 'configure', '--engine', 'clamscan', '--database', at('empty'));
    expect(empty.code).toBe('SCAN');
    expect(await host('scan', 'configure')).toEqual({ engine: 'off' });
    expect((await refused('scan', 'configure', '--engine', 'other')).status).toBe(2);
    await configure(definitions());
    writeFileSync(at('definitions', 'own.hdb'), 'broken\n');
    // The version is known by the date of the file; what it then says about an object is not an answer.
    expect((await refused('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'))).code).toBe(
      'SCAN',
    );
    await host('scan', 'configure', '--engine', 'off');
    await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
  });
});
