import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseKeysIn, writeReleaseOf, writeSums } from '../../scripts/packages/sums.ts';
import { makeRealPair, type RealPair } from '../fault/real-pair.ts';
import { commandProcess } from '../support/command-process.ts';
import { binOf, temporaryFolder } from '../support/commands.ts';

// A release from the folder of `make dist` to the packager of a site, by the built commands; the packager notes what it is given.

type Rows = { rows: { version: string; state: string; sizeBytes: number | null }[] };

describe('a release', () => {
  const folder = temporaryFolder('releases');
  const commands = commandProcess();
  let pair: RealPair;
  let file = '';
  let round = 0;
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const keyFile = (name: string, ending: string): string =>
    at(name, readdirSync(at(name)).find((one) => one.endsWith(ending)) ?? '');

  const makeKey = async (name: string): Promise<void> => {
    mkdirSync(at(name));
    await commands.command('sallyport-bundle', 'trust', 'key', 'create', '--for', 'release', '--out', at(name));
  };
  /** What `make dist` leaves, in small. */
  const makeDist = async (name: string, keyName: string): Promise<string> => {
    mkdirSync(at(name));
    for (const arch of ['amd64', 'arm64'])
      writeFileSync(at(name, `sallyport_9.8.7_${arch}.deb`), `package for ${arch}`);
    writeFileSync(at(name, 'install.sh'), '#!/bin/sh\n');
    const keys = await releaseKeysIn(keyFile(keyName, '.key'));
    await writeSums(at(name), keys);
    return writeReleaseOf(at(name), { version: '9.8.7', epoch: 1_780_000_000, key: keys.signing });
  };

  beforeAll(async () => {
    pair = await makeRealPair(folder.path, commands);
    for (const name of ['release-key', 'other-key']) await makeKey(name);
    file = await makeDist('dist', 'release-key');
    mkdirSync(at('bin'));
    mkdirSync(at('root'));
    writeFileSync(
      at('bin', 'dpkg'),
      `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "$1 $(basename "$2")" >${at('asked')}\ncp "$2" ${at('given')}\n${at('lay')} || exit 9\nexit "$(cat ${at('exit')})"\n`,
    );
    chmodSync(at('bin', 'dpkg'), 0o755);
    // What the package's own scripts do of it: nothing where the release did not come up.
    lay('true');
    writeFileSync(at('exit'), '0');
  });
  afterAll(() => folder.remove());

  const lay = (command: string): void => writeFileSync(at('lay'), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const host = <T>(...args: string[]): Promise<T> => commands.command<T>('sallyport-bundle', ...args, ...pair.state);
  const code = async (...args: string[]): Promise<string> => {
    const { stderr } = await commands.tryCommand('sallyport-bundle', args);
    return /^Error (\w+): /m.exec(stderr)?.[1] ?? stderr;
  };
  const exchange = async (...more: string[]): Promise<Rows['rows']> => {
    round += 1;
    const medium = at(`medium-${round}`);
    mkdirSync(medium);
    await commands.command('sallyport', 'request', 'export', '--out', medium, ...pair.data);
    await host('fulfil', '--media', medium, ...pair.curator, ...more);
    await commands.command('sallyport', 'bundle', 'import', medium, ...pair.data);
    return (await commands.command<Rows>('sallyport', 'release', 'list', ...pair.data)).rows;
  };
  const install = (version: string, key: string) => {
    const args = ['release', 'install', version, ...pair.data, '--root', at('root'), '--release-key', key];
    try {
      const env = { ...process.env, PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` };
      execFileSync(process.execPath, [binOf('sallyport'), ...args], { env, stdio: 'pipe' });
      return '';
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
  };

  it('has the same bytes when it is made again, and verify knows it', async () => {
    const again = await makeDist('dist-again', 'release-key');
    expect(readFileSync(again).equals(readFileSync(file))).toBe(true);
    const key = ['--release-key', keyFile('release-key', '.pub')];
    const verified = await commands.command<{ release: string; files: { name: string }[] }>(
      'sallyport-bundle',
      'verify',
      file,
      ...key,
    );
    expect(verified.release).toBe('9.8.7');
    expect(verified.files.map(({ name }) => name)).toContain('SHA256SUMS.sig');
    expect(await code('verify', file, '--release-key', keyFile('other-key', '.pub'))).toBe('SIGNATURE');
    expect(await code('verify', file)).toBe('USAGE');
  });

  it('is kept by the host only when it is whole and of the release key', async () => {
    const key = ['--release-key', keyFile('release-key', '.pub'), ...pair.state];
    expect(await code('release', 'add', file, '--release-key', keyFile('other-key', '.pub'), ...pair.state)).toBe(
      'SIGNATURE',
    );
    writeFileSync(at('cut.tar'), readFileSync(file).subarray(0, -700));
    expect(await code('release', 'add', at('cut.tar'), ...key)).toMatch(/^(TRUNCATED|HEADER)$/);
    expect((await host<{ releases: unknown[] }>('release', 'list')).releases).toEqual([]);
    await host('release', 'add', file, '--release-key', keyFile('release-key', '.pub'));
    expect((await host<{ releases: unknown[] }>('release', 'list')).releases).toMatchObject([{ version: '9.8.7' }]);
  });

  it('goes to a site where the operator says so, is staged there, and goes to the packager of the system', async () => {
    const states = (rows: Rows['rows']) => rows.map(({ version, state }) => `${version} ${state}`);
    const [running = ''] = states(await exchange());
    expect(running).toMatch(/^\d+\.\d+\.\d+ running$/);
    expect(install('9.8.7', keyFile('release-key', '.pub'))).toContain('no bundle brought release 9.8.7');
    expect(states(await exchange('--release', '9.8.7'))).toEqual([running, '9.8.7 staged']);
    // It stays as long as the catalogue lists it, and is not sent again.
    expect(states(await exchange())).toEqual([running, '9.8.7 staged']);

    expect(install('9.8.7', keyFile('other-key', '.pub'))).toContain('SIGNATURE');
    expect(existsSync(at('asked'))).toBe(false);
    expect(install('9.8.7', keyFile('release-key', '.pub'))).toContain('is installed and does not run, none does');
    expect(readdirSync(at('root'))).toEqual([]);
    lay(`ln -s releases/9.8.7 ${at('root', 'current')}`);
    mkdirSync(at('root', 'releases', '9.8.7'), { recursive: true });
    expect(install('9.8.7', keyFile('release-key', '.pub'))).toBe('');
    lay('true');
    const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
    expect(readFileSync(at('asked'), 'utf8')).toBe(`--install sallyport_9.8.7_${arch}.deb\n`);
    expect(readFileSync(at('given'), 'utf8')).toBe(`package for ${arch}`);
    expect(readdirSync(at('root')).sort()).toEqual(['current', 'releases']);
    writeFileSync(at('exit'), '3');
    expect(install('9.8.7', keyFile('release-key', '.pub'))).toContain('dpkg ended with 3');

    await host('release', 'remove', '9.8.7');
    expect(states(await exchange())).toEqual([running]);
  });
});
