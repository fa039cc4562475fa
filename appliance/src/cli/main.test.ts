import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { runHere } from '../../test/support/run-line.ts';
import { allCommands, allHelp } from './main.ts';
import { alignColumns } from './output.ts';

let folder: string;
const data = (): string => join(folder, 'data');
beforeEach(() => {
  folder = ownFolder('cli');
});

const init = () => runHere('init', '--data', data(), '--site', 'test-1', '--address', 'localhost', '--json');

describe('the command line', () => {
  it('lists every command, and each explains itself with an example', async () => {
    const { code, stdout } = await runHere();
    expect(code).toBe(0);
    for (const [name] of await allCommands()) {
      const words = name.split(' ');
      expect(stdout).toContain(`\n  ${words.join(' ')}  `);
      const help = await runHere(...words, '--help');
      expect(help).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining(`sallyport ${words.join(' ')} `) });
      expect(await runHere(...words, '-h')).toEqual(help);
      expect(help.stdout).toMatch(/Example:\n {2}sallyport /);
      expect(help.stdout).toContain('--json');
    }
  });

  it('shows of a command that there is not those that begin alike, and all where none is near', async () => {
    const commandsIn = (text: string) => [...text.matchAll(/^ {2}([a-z][a-z -]*?) {2,}/gm)].map(([, words]) => words);
    const alike = await runHere('backup', 'lst');
    expect(alike.code).toBe(2);
    expect(commandsIn(alike.stderr)).toEqual([
      'backup check',
      'backup create',
      'backup forget',
      'backup list',
      'backup restore',
      'backup restore objects',
      'backup verify',
    ]);
    expect(commandsIn((await runHere('frobnicate')).stderr)).toHaveLength((await allCommands()).size);
  });

  it('gives the help of each, as man pages have it', async () => {
    const help = await allHelp();
    expect([...help.keys()]).toEqual([...(await allCommands()).keys()]);
    expect(help.get('backup create')?.help).toBe((await runHere('backup', 'create', '--help')).stdout);
  });

  it('says of a path that was typed wrong what is wrong with it', async () => {
    const gone = join(folder, 'gone.spb');
    const kept = join(folder, 'kept.spb');
    writeFileSync(kept, '');
    const wrong = (said: string, code: number) => ({
      code,
      stdout: '',
      stderr: expect.stringContaining(`Error: ${said}`),
    });
    expect(await runHere('backup', 'verify', gone)).toEqual(wrong(`NOT_FOUND: there is no ${gone}\n`, 1));
    const key = `--key-file=${gone}`;
    expect(await runHere('backup', 'verify', kept, key)).toEqual(wrong(`NOT_FOUND: there is no ${gone}\n`, 1));
    const inPlace = await runHere('backup', 'verify', kept, '--key-file', folder);
    expect(inPlace).toEqual(wrong('USAGE: a folder was given in place of a file\n', 2));
    expect(
      [await runHere('backup', 'verify', gone), inPlace].filter(({ stderr }) => stderr.includes('    at ')),
    ).toEqual([]);
  });

  it('takes a noun of two words with a hyphen, too, and says which release it is', async () => {
    expect(await runHere('controller-firmware', 'list', '-h')).toEqual(
      await runHere('controller', 'firmware', 'list', '--help'),
    );
    for (const args of [['-h'], ['--help'], ['help']]) expect(await runHere(...args)).toEqual(await runHere());
    expect(await runHere('--version')).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^sallyport \d+\.\d+\.\d+\n$/),
    });
  });

  it('lists the commands of a group as its help', async () => {
    for (const help of ['--help', '-h', 'help']) {
      const { code, stdout, stderr } = await runHere('device', help);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('device list');
      expect(stdout).not.toContain('backup create');
    }
  });

  it.each([
    [['devices', 'list'], 'sallyport device list'],
    [['docter'], 'sallyport doctor'],
    [['backup', 'craete', '--out', 'x'], 'sallyport backup create'],
  ])('names the nearest command for %j', async (args, near) => {
    const { code, stdout, stderr } = await runHere(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(near);
  });

  it.each([
    ['an unknown command', ['frobnicate'], 'Commands:'],
    ['an unknown option', ['doctor', '--wrong'], 'Error: USAGE'],
    ['a missing option', ['init'], '--site is missing'],
    ['a surplus argument', ['doctor', 'now'], 'Error: USAGE'],
    ['a site name that no document can hold', ['init', '--site', 'Größe'], 'Error: USAGE'],
    ['a port that is none', ['init', '--site', 'a', '--listen', 'x:99999'], 'Error: USAGE'],
    ['a folder that is no data directory', ['doctor', '--data', '/nonexistent/here'], 'Error: DATA_DIR'],
  ])('ends with 2 for %s', async (_what, args, words) => {
    const { code, stdout, stderr } = await runHere(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stdout).toBe('');
  });

  it('makes an appliance once, and doctor finds nothing in it', async () => {
    const made = await init();
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      site: 'test-1',
      link: expect.stringMatching(/^https:\/\/localhost:8443\/first\//),
    });
    const again = await init();
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: 'EXISTS' });
    const healthy = await runHere('doctor', '--data', data(), '--json');
    expect(healthy).toMatchObject({ code: 0 });
    expect(JSON.parse(healthy.stdout).findings).toEqual([]);
    expect((await runHere('device', 'list', '--data', data(), '--json')).stdout).toBe('{"items":[]}\n');
  });

  it('says in words what is wrong with a value', async () => {
    await init();
    const device = '0'.repeat(32);
    const asked = ['query', 'run', 'select 1', '--device', device, '--wait', '1', '--data', data()];
    expect((await runHere(...asked)).stderr).toContain('devices: None of these devices is managed through osquery.');
  });

  it('doctor ends with 1 and names what is wrong', async () => {
    await init();
    writeFileSync(join(data(), 'objects', 'tmp', 'left'), '');
    const found = await runHere('doctor', '--data', data(), '--json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout).findings).toMatchObject([{ check: 'left behind' }]);
    writeFileSync(join(data(), 'keys', 'ca.key'), 'nothing');
    expect(await runHere('doctor', '--data', data())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Error: KEY'),
    });
  });

  it('backs up and restores', async () => {
    const made = JSON.parse((await init()).stdout) as { recoveryKey: string };
    const key = join(folder, 'recovery.txt');
    writeFileSync(key, `${made.recoveryKey}\n`);
    const file = join(folder, 'one.spb');
    expect((await runHere('backup', 'create', '--data', data(), '--out', file)).code).toBe(0);
    expect((await runHere('backup', 'verify', file, '--key-file', key, '--work', folder, '--json')).stdout).toContain(
      '"site":"test-1"',
    );
    // A folder, as of a stick, gets a file with a name of its own.
    const stick = join(folder, 'stick');
    mkdirSync(stick);
    expect((await runHere('backup', 'create', '--data', data(), '--out', stick)).code).toBe(0);
    expect(readdirSync(stick)).toEqual([expect.stringMatching(/^test-1-\d{8}T\d{9}Z\.spb$/)]);
    const restored = join(folder, 'restored');
    expect((await runHere('backup', 'restore', file, '--key-file', key, '--data', restored)).code).toBe(0);
    expect((await runHere('doctor', '--data', restored)).code).toBe(0);
    expect((await runHere('backup', 'restore', file, '--key-file', key, '--data', restored)).code).toBe(1);
  });
});

describe('columns', () => {
  it('are as wide as their content', () => {
    expect(
      alignColumns([
        ['A', 'B'],
        ['long', null],
        ['x', 12],
      ]),
    ).toEqual(['A     B', 'long  -', 'x     12']);
  });
});
