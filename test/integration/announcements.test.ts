import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRealPair, type RealPair } from '../fault/real-pair.ts';
import { commandProcess } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';

// From a text file on the connected side to the people of a site, by the built commands alone.

type Rows = {
  rows: { id: string; severity: string; product: string | null; texts: { language: string; title: string }[] }[];
};
type Built = { path: string; isSigned: boolean };

describe('an announcement', () => {
  const folder = temporaryFolder('announcements');
  const commands = commandProcess();
  let pair: RealPair;
  let round = 0;

  beforeAll(async () => {
    pair = await makeRealPair(folder.path, commands);
  });
  afterAll(() => folder.remove());

  const host = <T>(...args: string[]): Promise<T> => commands.command<T>('sallyport-bundle', ...args, ...pair.state);
  const refusal = async (...args: string[]): Promise<string> =>
    (await commands.tryCommand('sallyport-bundle', args)).stderr;
  const medium = async (): Promise<string> => {
    round += 1;
    const path = pair.at(`medium-${round}`);
    mkdirSync(path);
    await commands.command('sallyport', 'request', 'export', '--out', path, ...pair.data);
    return path;
  };
  const exchange = async (): Promise<Rows['rows']> => {
    const path = await medium();
    await host('fulfil', '--media', path, ...pair.curator);
    await commands.command('sallyport', 'bundle', 'import', path, ...pair.data);
    return (await commands.command<Rows>('sallyport', 'announcement', 'list', ...pair.data)).rows;
  };

  it('goes from the host to the site, signed by a curator who read it, and is taken back', async () => {
    writeFileSync(pair.at('ru.txt'), 'Обновление\n\nСтавьте выпуск 0.2.0.\r\nОн важен.\n');
    writeFileSync(pair.at('en.txt'), 'Update\nInstall release 0.2.0.\n');
    const texts = ['--ru', pair.at('ru.txt'), '--en', pair.at('en.txt')];
    const about = ['--severity', 'critical', '--product', 'Sallyport', '--versions', 'before 0.2.0'];
    const { added } = await host<{ added: { id: string } }>(
      'announcement',
      'add',
      '--until',
      '2099-01-01',
      ...about,
      ...texts,
    );

    // The curator's computer has the folder alone: the text stands in what is shown before signing, and has to be the signed one.
    const path = await medium();
    const built = await host<Built>('catalog', 'build', '--media', path);
    expect(readFileSync(join(built.path, 'diff.txt'), 'utf8')).toContain('Install release 0.2.0.');
    const text = join(built.path, `announcements/${added.id}.json`);
    const bytes = readFileSync(text);
    const sign = ['catalog', 'sign', built.path, '--key', pair.at('keys', 'curator')];
    writeFileSync(text, bytes.toString().replace('Install', 'Uninstall'));
    expect(await refusal(...sign)).toMatch(/^Error HASH: /m);
    rmSync(text);
    expect(await refusal(...sign)).toMatch(/^Error NOT_FOUND: /m);
    writeFileSync(text, bytes);

    const [came, ...others] = await exchange();
    expect(others).toEqual([]);
    expect(came).toMatchObject({
      id: added.id,
      severity: 'critical',
      product: 'Sallyport',
      texts: [
        { language: 'ru', title: 'Обновление' },
        { language: 'en', title: 'Update' },
      ],
    });
    // Nobody is logged in here.
    const read = await commands.tryCommand('sallyport', ['announcement', 'read', added.id, ...pair.data]);
    expect([read.status, read.stderr]).toEqual([1, expect.stringContaining('log in first')]);

    await host('announcement', 'remove', added.id.slice(0, 8));
    expect(await exchange()).toEqual([]);
  });

  it('is refused where it is over, has no text, or is unreadable', async () => {
    writeFileSync(pair.at('title.txt'), 'A title alone\n');
    writeFileSync(pair.at('binary.txt'), Buffer.from([0xff, 0xfe, 0x00]));
    const add = (...args: string[]) => refusal('announcement', 'add', ...args, ...pair.state);
    expect(await add('--until', '2020-01-01', '--en', pair.at('en.txt'))).toContain('is over');
    expect(await add('--until', '2099-01-01')).toContain('give a text');
    expect(await add('--until', 'tomorrow', '--en', pair.at('en.txt'))).toContain('YYYY-MM-DD');
    expect(await add('--until', '2099-01-01', '--en', pair.at('title.txt'))).toContain('a text below it');
    expect(await add('--until', '2099-01-01', '--en', pair.at('binary.txt'))).toContain('UTF-8');
    const { announcements } = await host<{ announcements: unknown[] }>('announcement', 'list');
    expect(announcements).toEqual([]);
  });
});
