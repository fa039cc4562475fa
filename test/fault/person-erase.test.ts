import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linuxContent } from '../../appliance/test/support/glpi-client.ts';
import { commandProcess } from '../support/command-process.ts';
import { freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';

// Erasing a person, by the real command, beside the real server, while somebody reads the database and does not end. What
// the command says is compared with the bytes of the data directory.

const log = openLog('silent');
const { command, tryCommand } = commandProcess();
const folder = temporaryFolder('person-erase');
const data = join(folder.path, 'site');
const at = ['--data', data];
let server: Running;

const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((name) => statSync(name).isFile());

const holding = (bytes: Buffer): string[] => filesOf(data).filter((path) => readFileSync(path).includes(bytes));

/** Persons come as from a machine without a network. */
const report = async (n: number, names: readonly string[], fullName = ''): Promise<void> => {
  const path = join(folder.path, `machine-${n}.json`);
  const { hardware, ...content } = linuxContent();
  writeFileSync(
    path,
    JSON.stringify({
      action: 'inventory',
      deviceid: `machine-${n}-2026-01-01-00-00-00`,
      content: {
        ...content,
        hardware: {
          ...(hardware as object),
          name: `machine-${n}`,
          uuid: `4c4c4544-0031-4b10-8052-b4c04f4d37${10 + n}`,
        },
        bios: { ssn: `NW-${n}` },
        networks: [],
        local_users: names.map((login, index) => ({
          login,
          id: `${1000 + index}`,
          name: fullName || `${login} of the plant`,
        })),
      },
    }),
  );
  await command('sallyport', 'inventory', 'import', path, '--approve', ...at);
};

/** Looks at the data directory, and finishes what a killed process left, as each command does. */
const opened = async <T>(look: (appliance: Appliance) => T): Promise<T> => {
  const appliance = await compose({ dataDir: data, log });
  try {
    return look(appliance);
  } finally {
    await appliance.close();
  }
};

/** The wrapped keys of a person or several, as they lie in the data directory. */
const wrappedKeysOf = (...names: string[]): Promise<Buffer[]> =>
  opened(({ personal }) =>
    names.flatMap((name) => personal.keyIds(`person:${name}`).map((id) => personal.keys.read(id) ?? Buffer.alloc(0))),
  );

const erase = (name: string): string[] => ['person', 'erase', name, '--confirm', name, '--reason', 'request 12', ...at];

beforeAll(async () => {
  const port = await freePort();
  await command('sallyport', 'init', ...at, '--site', 'plant-7', '--address', '127.0.0.1');
  server = await startCommand('sallyport', ['serve', ...at, '--listen', `127.0.0.1:${port}`], /listening/);
});
afterAll(async () => {
  await server.kill();
  folder.remove();
});

describe('a person who is erased beside a running server', () => {
  it('is erased although somebody reads the database and does not end', async () => {
    await report(1, ['a.seitkali', 'b.omarov']);
    const [wrapped = Buffer.alloc(0)] = await wrappedKeysOf('a.seitkali');
    expect(holding(wrapped)).toEqual([join(data, 'keys/persons')]);
    const reader = new BetterSqlite3(join(data, 'state.db'), { readonly: true });
    try {
      reader.exec('begin');
      reader.prepare('select count(*) from person_key').get();
      const said = await tryCommand('sallyport', erase('a.seitkali'));
      expect(said, said.stderr).toMatchObject({ status: 0 });
      expect(said.stdout).toMatch(/^erased: 1 rows on 1 devices/);
      // What is left is said: it ends with the reader, and nobody can read it.
      expect(said.stdout).toContain('unreadable values in the log of the database, until the last reader');
      expect(holding(wrapped)).toEqual([]);
    } finally {
      reader.close();
    }
    expect(holding(wrapped)).toEqual([]);
    // Others are whole.
    expect(await wrappedKeysOf('b.omarov')).toHaveLength(1);
    expect(await tryCommand('sallyport', ['doctor', ...at])).toMatchObject({ status: 0 });
  });

  it('is not said to be erased while a backup has the key', async () => {
    const inFolder = await command<{ path: string }>('sallyport', 'backup', 'create', ...at);
    const taken = join(folder.path, 'taken.spb');
    await command('sallyport', 'backup', 'create', '--out', taken, ...at);
    const said = await tryCommand('sallyport', [...erase('b.omarov'), '--json']);
    expect(said, said.stderr).toMatchObject({ status: 1 });
    const { remains } = JSON.parse(said.stdout) as { remains: { what: string; file: string; here: boolean }[] };
    expect(remains.map(({ what, file, here }) => [what, file, here])).toEqual([
      ['backup', 'taken.spb', false],
      ['backup', inFolder.path.split('/').at(-1), true],
    ]);
    const stateOf = async (): Promise<string[][]> =>
      (await tryCommand('sallyport', ['person', 'erase', '--list', ...at])).stdout
        .split('\n')
        .slice(1)
        .flatMap((line) => (line.trim() === '' ? [] : [line.split(/\s+/).slice(1, 2)]));
    expect(await stateOf()).toEqual([['not-yet'], ['done']]);
    rmSync(inFolder.path);
    const listed = await command<{ remains: unknown[] }[]>('sallyport', 'person', 'erase', '--list', ...at);
    expect(listed[0]?.remains).toMatchObject([{ what: 'backup', file: 'taken.spb', here: false }]);
    // Nobody here sees what happened to what was taken elsewhere: a person's word is kept as his word.
    const forget = (file: string, reason: string) =>
      tryCommand('sallyport', ['backup', 'forget', file, '--reason', reason, ...at]);
    expect((await forget('other.spb', 'shredded')).stderr).toContain('NOT_FOUND');
    expect((await forget('taken.spb', ' ')).stderr).toMatch(/USAGE: --reason does not fit\n {2}reason: \S/);
    expect(await forget('taken.spb', 'shredded, record 7')).toMatchObject({ status: 0 });
    expect((await forget('taken.spb', 'again')).stderr).toContain('NOT_FOUND');
    expect(await stateOf()).toEqual([['done'], ['done']]);
    const [said7] = await command<{ remains: { destroyed?: unknown }[] }[]>(
      'sallyport',
      'person',
      'erase',
      '--list',
      ...at,
    );
    expect(said7?.remains).toMatchObject([{ file: 'taken.spb', destroyed: { reason: 'shredded, record 7' } }]);
    await opened(({ events }) =>
      expect(events.list({ scope: wholeSite('job'), type: ['backup-forgotten'], limit: 2 }).rows).toMatchObject([
        {
          actor: expect.stringMatching(/^cli:/) as string,
          params: { file: 'taken.spb', reason: 'shredded, record 7' },
        },
      ]),
    );
  });

  it.each(['not-committed', 'not-destroyed', 'half-destroyed', 'destroyed'])(
    'is whole or erased when the command is killed in state %s',
    async (state) => {
      // Two accounts of one full name: two keys go.
      const name = `Somebody ${state}`;
      const accounts = [`one-${state}`, `two-${state}`];
      await report(2, accounts, name);
      const wrapped = await wrappedKeysOf(...accounts);
      expect(wrapped).toHaveLength(2);
      const killed = spawnSync(
        process.execPath,
        ['--conditions=@sallyport/source', join(import.meta.dirname, 'person-erase-run.ts'), data, name, state],
        { encoding: 'utf8' },
      );
      expect(killed.signal, killed.stderr).toBe('SIGKILL');
      // The next command finishes it; the server did not end.
      const trace = await command<{ collections: unknown[] }>('sallyport', 'person', 'erase', name, ...at);
      const isWhole = state === 'not-committed';
      expect(trace.collections).toHaveLength(isWhole ? 1 : 0);
      for (const bytes of wrapped) expect(holding(bytes)).toHaveLength(isWhole ? 1 : 0);
      expect(await wrappedKeysOf(...accounts)).toHaveLength(isWhole ? 2 : 0);
      expect(await tryCommand('sallyport', ['doctor', ...at])).toMatchObject({ status: 0 });
    },
  );
});
