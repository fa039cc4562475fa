import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostBench, type Json } from './host-bench.ts';

// The data register of the connected host against the state of a host that has gone round. That no file which a command writes
// lies outside it is looked at after each test of host-bench.ts.

describe('the data register of the connected host', () => {
  const { run, at, state, host, asking, sign } = hostBench();

  it('names what the state holds, what leaves and how, and each file that it does not know', async () => {
    await asking();
    await sign(await host('catalog', 'build', '--media', at('medium')));
    await host('fulfil', '--media', at('medium'));

    const shown = (await host('provision', 'show'))['entries'] as (Json & { name: string; leaves: Json[] })[];
    const counts = Object.fromEntries(shown.map(({ name, count }) => [name, Number(count) > 0]));
    for (const name of ['trust', 'keys', 'site-cards', 'requests', 'bundles', 'feeds', 'catalogs', 'objects', 'cache'])
      expect([name, counts[name]]).toEqual([name, true]);
    const carried = shown.flatMap(({ name, leaves }) => (leaves.some(({ by }) => by === 'person') ? [name] : []));
    expect(carried).toEqual(['pending', 'receipts', 'custody', 'catalogs']);

    const whole = await run('provision', 'check', ...state());
    expect([whole.status, whole.stdout]).toEqual([0, '']);

    writeFileSync(at('state', 'passwords.txt'), 'x');
    mkdirSync(at('state', 'sites', 'plant-1', 'photos'));
    writeFileSync(at('state', 'sites', 'plant-1', 'photos', 'cabinet.jpg'), 'x');
    writeFileSync(at('state', 'sites', 'list.csv'), 'x');
    symlinkSync('/etc', at('state', 'elsewhere'));
    const foreign = await run('provision', 'check', ...state());
    expect([foreign.status, foreign.stdout.trim().split('\n').sort()]).toEqual([
      1,
      ['file elsewhere', 'file passwords.txt', 'file sites/list.csv', 'file sites/plant-1/photos/cabinet.jpg'],
    ]);
    expect(foreign.stderr).toContain('4 files that no entry of the register names: move them away');
    expect((await host('provision', 'show'))['undeclared']).toHaveLength(4);
    for (const path of [['passwords.txt'], ['elsewhere'], ['sites', 'list.csv'], ['sites', 'plant-1', 'photos']])
      rmSync(at('state', ...path), { recursive: true });
  });
});
