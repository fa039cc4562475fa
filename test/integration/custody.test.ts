import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flags } from '../support/commands.ts';
import { ledgerBench } from './ledger-bench.ts';

// Who had a medium in hand, from the connected host to the import and back, by the commands of both sides.

type Way = { sha256: string; receipt?: number; lines: { step: string; person: number; medium: string }[] };
type Verified = { ok: boolean; ways: Way[]; problems: { code: string; detail: string }[]; receipts: { count: number } };

describe('custody', () => {
  const { run, at, state, host, medium, introduceAppliance, wipe, ask, answer, take, trip, appliance } = ledgerBench();
  const verifySite = async (): Promise<Verified & { status: number | null }> => {
    const done = await run('custody', 'verify', '--site', 'plant-7', ...state(), '--json');
    return { status: done.status, ...(JSON.parse(done.stdout) as Verified) };
  };
  const person = async (number: number): Promise<string> => {
    const key = at('keys', `person-${number}.json`);
    await run('custody', 'key', 'create', '--out', key);
    await host('custody', 'key', 'add', `${key}.pub`, '--person', String(number));
    return key;
  };
  const sign = (step: string, number: number, key: string, file: string) =>
    run('custody', 'add', ...flags({ step, person: String(number), medium: 'usb-12', key, file }));

  it('follows a medium over fulfil, hand-over, scan and import, and back', async () => {
    await introduceAppliance();
    const [driver, guard] = [await person(12), await person(31)];
    await ask();
    const bundle = await answer('--person', '7');
    const file = String(bundle['path']);
    expect((await sign('hand-over', 12, driver, file)).status).toBe(0);
    expect((await sign('scan', 31, guard, file)).status).toBe(0);
    expect(await host('custody', 'verify', medium())).toMatchObject({
      ok: true,
      files: [{ sha256: bundle['sha256'], lines: [{ step: 'fulfil' }, { step: 'hand-over' }, { step: 'scan' }] }],
    });
    // On the way: nothing came back yet.
    const started = await verifySite();
    expect(started.ways).toMatchObject([{ sha256: bundle['sha256'], lines: [{ step: 'fulfil' }] }]);
    await take();
    wipe();
    await ask();
    await host('catalog', 'build', '--media', medium());
    const whole = await verifySite();
    expect(whole).toMatchObject({ status: 0, ok: true, problems: [] });
    expect(whole.ways.find(({ sha256 }) => sha256 === bundle['sha256'])).toMatchObject({
      lines: [
        { step: 'fulfil', person: 7, medium: 'medium' },
        { step: 'hand-over', person: 12, medium: 'usb-12', signer: { kind: 'person', person: 12 } },
        { step: 'scan', person: 31 },
        { step: 'import', signer: { kind: 'site', site: 'plant-7' } },
      ],
    });
  });

  it('shows that a chain did not come back, that nobody signed, and that the end of a chain was cut on the way', async () => {
    await introduceAppliance();
    const driver = await person(12);
    await ask();
    const bundle = await answer();
    await sign('hand-over', 12, driver, String(bundle['path']));
    expect((await sign('scan', 31, driver, String(bundle['path']))).status).toBe(0);
    const beside = await run('custody', 'verify', medium(), ...state());
    expect(`${beside.status} ${beside.stdout}`).toMatch(/^1 [\s\S]*the key is person 12's/);
    rmSync(join(medium(), 'custody'), { recursive: true });
    await take();
    await appliance('receipt', 'export', '--out', medium());
    await host('receipt', 'take', join(medium(), 'receipts'));
    const { status, problems } = await verifySite();
    expect(status).toBe(1);
    const said = problems.map(({ code, detail }) => `${code} ${detail}`).join('\n');
    expect(said).toContain('CHAIN line 1: the chain starts with import');
    expect(said).toContain('GAP a signed hand-over is missing');
    expect(said).toContain('the chain does not begin as this host wrote it');
  });

  it('takes receipts from a folder, checks them against a card, and notices what is missing', async () => {
    await introduceAppliance();
    await trip();
    await trip();
    wipe();
    const exported = await appliance('receipt', 'export', '--out', medium(), '--all');
    expect(exported).toMatchObject({ first: 1, last: 3, count: 3 });
    const folder = join(medium(), 'receipts');
    const offline = (dir: string) => run('receipt', 'verify', dir, '--card', at('card.json'), '--json');
    expect(JSON.parse((await offline(folder)).stdout)).toMatchObject({
      site: 'plant-7',
      receipts: [{ number: 1, result: 'imported' }, { number: 2 }, { number: 3 }],
    });
    const names = readdirSync(folder).sort();
    const without = async (change: (dir: string) => void): Promise<string> => {
      const dir = at('changed');
      rmSync(dir, { recursive: true, force: true });
      cpSync(folder, dir, { recursive: true });
      change(dir);
      return (await offline(dir)).stderr;
    };
    expect(await without((dir) => rmSync(join(dir, names[1] ?? '')))).toMatch(
      /^Error CHAIN: .*receipt 3 does not follow/,
    );
    expect(
      await without((dir) => {
        const path = join(dir, names[2] ?? '');
        const { payload, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as { payload: string };
        const text = Buffer.from(payload, 'base64').toString().replace('"imported"', '"refused"');
        writeFileSync(path, JSON.stringify({ payload: Buffer.from(text).toString('base64'), ...rest }));
      }),
    ).toMatch(/^Error CHAIN: /);
    // The host holds 1 and 2 by the requests; the third comes by the folder alone.
    expect(await host('receipt', 'take', folder)).toEqual({ sites: [{ site: 'plant-7', taken: 1 }] });
    expect(await host('receipt', 'take', folder)).toEqual({ sites: [{ site: 'plant-7', taken: 0 }] });
    expect(await appliance('receipt', 'verify')).toEqual({ ok: true, length: 3 });
  });
});
