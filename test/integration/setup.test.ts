import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../appliance/src/platform/database.ts';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { binOf, freePort, temporaryFolder, tryCommand } from '../support/commands.ts';

// `sallyport setup` and `destroy` on a folder instead of the system. What systemd does of it is in service-unit.test.ts.

const folder = temporaryFolder('setup');
afterAll(folder.remove);
let count = 0;
let prefix: string;
let data: string;
/** What setup meets next has nothing of before. */
const elsewhere = (): void => {
  count += 1;
  prefix = join(folder.path, `${count}/system`);
  data = join(folder.path, `${count}/data`);
};

const keyFile = (): string => join(folder.path, `recovery-${count}.txt`);
/** A backup that is made now is opened with what lies in the file of the recovery key. */
const opensBackups = async (): Promise<void> => {
  const path = join(folder.path, `${count}.spb`);
  const made = await tryCommand('sallyport', ['backup', 'create', '--out', path, '--data', data]);
  expect(made.status, made.stderr).toBe(0);
  const checked = await tryCommand('sallyport', ['backup', 'verify', path, '--key-file', keyFile()]);
  expect(checked.status, checked.stderr).toBe(0);
};

/** The maintenance windows of a site: what each is for, and when. */
const windowsIn = (dataDir: string): string[] => {
  const db = openDatabase(join(dataDir, 'state.db'));
  const found = db
    .prepare<[], string>(
      `select body ->> '$.for' || ': ' || (body ->> '$.recurrence') from object where kind = 'maintenance-window'`,
    )
    .pluck()
    .all();
  db.close();
  return found;
};

/** The recovery key in a file. */
const keyOf = (path: string): string =>
  /^[0-9a-f]{4}(?:-[0-9a-f]{4}){15}$/m.exec(readFileSync(path, 'utf8'))?.[0] ?? 'none';

const setup = (...args: string[]) =>
  tryCommand('sallyport', [
    'setup',
    '--prefix',
    prefix,
    '--data',
    data,
    '--yes',
    '--json',
    '--recovery-key-file',
    keyFile(),
    ...args,
  ]);
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;
/** Every file and link below a folder with its content and the time of its last change. */
const stateOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((entry) => !statSync(entry, { throwIfNoEntry: false })?.isDirectory())
    .map((entry) => `${entry} ${existsSync(entry) ? `${readFileSync(entry, 'utf8')} ${statSync(entry).mtimeMs}` : ''}`)
    .sort();
const laid = (path: string): string => join(prefix, 'etc', path);

describe('setup', () => {
  beforeAll(elsewhere);

  it('makes an appliance that doctor finds well, with a link and a recovery key', async () => {
    const { status, stdout, stderr } = await setup('--site', 'aqtau-1', '--address', 'localhost');
    expect(status, stderr).toBe(0);
    expect(json(stdout)).toMatchObject({
      site: 'aqtau-1',
      addresses: ['localhost'],
      listen: { address: '0.0.0.0', port: 443 },
      masterKey: 'file',
      running: false,
      well: true,
      link: expect.stringMatching(/^https:\/\/localhost\/first\//) as string,
      recoveryKeyFile: keyFile(),
      recoveryKeyState: 'not-confirmed',
    });
    expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
    expect(stdout).not.toContain(keyOf(keyFile()));
    await opensBackups();
    const port = readFileSync(laid('systemd/system/sallyport.service.d/port.conf'), 'utf8');
    expect(port).toContain('AmbientCapabilities=CAP_NET_BIND_SERVICE');
    expect(readFileSync(laid('sallyport/data-folder'), 'utf8')).toBe(`${data}\n`);
  });

  it('again changes nothing and names the key that is not confirmed', async () => {
    const before = [...stateOf(prefix), keyOf(keyFile())];
    const config = readFileSync(join(data, 'config.json'), 'utf8');
    const { status, stdout } = await setup();
    expect(status).toBe(0);
    expect([...stateOf(prefix), keyOf(keyFile())]).toEqual(before);
    expect(readFileSync(join(data, 'config.json'), 'utf8')).toBe(config);
    expect(json(stdout)).toMatchObject({ recoveryKeyFile: keyFile(), recoveryKeyState: 'not-confirmed' });
    expect(json(stdout)).toMatchObject({ site: 'aqtau-1', addresses: ['localhost'], well: true });
  });

  it('that ended early shows the recovery key and the first log-in the next time, while nobody has signed in', async () => {
    elsewhere();
    // The system's folder cannot be made: what comes after the data folder fails.
    mkdirSync(prefix, { recursive: true });
    writeFileSync(join(prefix, 'etc'), '');
    const first = await setup('--site', 'aqtau-1', '--address', 'localhost');
    expect(first.status, first.stdout).not.toBe(0);
    expect(existsSync(join(data, 'config.json'))).toBe(true);
    rmSync(join(prefix, 'etc'));
    // As a person who lost what the first one wrote.
    rmSync(keyFile(), { force: true });
    const second = await setup();
    expect(second.status, second.stderr).toBe(0);
    expect(json(second.stdout)).toMatchObject({ link: expect.stringMatching(/\/first\//) as string });
    await opensBackups();
  });

  it('refuses a data folder of another site, and a site without a name', async () => {
    expect(await setup('--site', 'aqtau-2')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('EXISTS') as string,
    });
    const held = data;
    data = `${held}-2`;
    expect(await setup()).toMatchObject({ status: 2, stderr: expect.stringContaining('--site is missing') as string });
    expect(existsSync(join(data, 'config.json'))).toBe(false);
    data = held;
  });

  it('changes what is said anew: port, names, media', async () => {
    const { stdout } = await setup('--port', '8443', '--address', 'other.example', '--media', 'no');
    expect(json(stdout)).toMatchObject({ listen: { port: 8443 }, addresses: ['other.example'], media: false });
    expect(existsSync(laid('systemd/system/sallyport.service.d/port.conf'))).toBe(false);
    expect(readlinkSync(laid('udev/rules.d/70-sallyport-media.rules'))).toBe('/dev/null');
    await setup('--media', 'yes');
    expect(readdirSync(laid('udev/rules.d'))).toEqual([]);
  });

  it('takes a certificate of the plant, and changes nothing where it is refused', async () => {
    elsewhere();
    const plant = plantAuthority();
    const { key, certificate } = plant.issue({ names: ['sallyport.plant.example'] });
    const files = ['--certificate', plant.file('chain.pem', certificate + plant.middle), '--certificate-key'];
    const root = ['--certificate-authority', plant.file('ca.pem', plant.root)];
    const make = (...names: string[]) => setup('--site', 'aqtau-1', ...names.flatMap((name) => ['--address', name]));
    const wrong = await setup(
      '--site',
      'aqtau-1',
      '--address',
      'sallyport.plant.example',
      ...files,
      join(plant.folder, 'root.key'),
      ...root,
    );
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('INVALID: KEY_OTHER') as string });
    expect(existsSync(join(data, 'config.json'))).toBe(false);
    expect((await make('localhost', 'sallyport.plant.example')).status).toBe(0);
    const { status, stdout, stderr } = await setup(...files, plant.file('server.key', key), ...root);
    expect(status, stderr).toBe(0);
    expect(json(stdout)).toMatchObject({ certificate: 'set', well: true });
    const shown = await tryCommand('sallyport', ['certificate', 'show', '--data', data, '--json']);
    expect(json(shown.stdout)).toMatchObject({ state: 'presented', plant: { names: ['sallyport.plant.example'] } });
    expect((await setup('--certificate-key', plant.file('server.key', key))).status).toBe(2);
    plant.remove();
  });
});

describe('destroy', () => {
  const destroy = (site: string) =>
    tryCommand('sallyport', ['destroy', '--prefix', prefix, '--data', data, '--confirm', site]);

  it('removes data, keys and what setup laid, for the name of the site alone', async () => {
    elsewhere();
    await setup('--site', 'aqtau-1', '--address', 'localhost', '--media', 'no');
    expect((await destroy('aqtau-2')).status).toBe(2);
    expect(existsSync(join(data, 'keys/master.key'))).toBe(true);
    expect((await destroy('aqtau-1')).status).toBe(0);
    expect(existsSync(data)).toBe(false);
    expect(stateOf(prefix)).toEqual([]);
  });
});

describe('setup --check', () => {
  const check = (...args: string[]) => tryCommand('sallyport', ['setup', '--check', '--data', data, ...args]);
  const stateOf = (stdout: string, name: string): unknown =>
    (json(stdout)['checks'] as { name: string; state: string; detail: string }[]).find((one) => one.name === name);

  it('finds what has the port, and makes nothing', async () => {
    elsewhere();
    const port = await freePort();
    const free = await check('--port', `${port}`, '--address', '127.0.0.1', '--json');
    expect(stateOf(free.stdout, 'port')).toMatchObject({ state: 'ok' });
    const other = createServer().listen(port, '0.0.0.0');
    await once(other, 'listening');
    const busy = await check('--port', `${port}`, '--address', '127.0.0.1', '--json');
    other.close();
    expect(busy.status).toBe(1);
    expect(stateOf(busy.stdout, 'port')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(new RegExp(`listens on ${port}: stop it`)) as string,
    });
    expect(existsSync(data)).toBe(false);
  });

  it('says of a name that leads nowhere, of the clock before the release, and of the firewall', async () => {
    const wrong = await tryCommand(
      'sallyport',
      ['setup', '--check', '--data', data, '--port', `${await freePort()}`, '--address', 'nowhere.invalid', '--json'],
      ['faketime', '2020-01-01 00:00:00'],
    );
    expect(stateOf(wrong.stdout, 'names')).toMatchObject({ state: 'warning' });
    expect(stateOf(wrong.stdout, 'clock')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('2020-01-01') as string,
    });
    expect(stateOf(wrong.stdout, 'firewall')).toMatchObject({ detail: expect.stringContaining('/tcp') as string });
  });
});

describe('when computers may be changed', () => {
  it('is what the option says, and not decided without it, which is told', async () => {
    elsewhere();
    const wrong = await setup('--site', 'plant-7', '--window', 'whenever');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('daily 02-05') as string });
    expect(existsSync(data)).toBe(false);
    const none = await setup('--site', 'plant-7', '--address', 'localhost');
    expect(none.stderr).toContain('No window: no computer is changed before one is made');
    expect(windowsIn(data)).toEqual([]);
    elsewhere();
    const night = await setup('--site', 'plant-7', '--address', 'localhost', '--window', 'daily 02-05');
    expect(night.stderr).not.toContain('No window');
    expect(windowsIn(data)).toEqual(['computers: daily 02-05']);
    // Again, it changes nothing of it.
    await setup('--window', 'daily 00-24');
    expect(windowsIn(data)).toEqual(['computers: daily 02-05']);
  });
});

describe('setup --answers', () => {
  it('takes from a file what options do not say, and refuses one that others can read', async () => {
    elsewhere();
    const answers = join(folder.path, `answers-${count}`);
    writeFileSync(
      answers,
      'site = plant-7\naddress = localhost a.example\nport = 8443\nclock = confirmed\nwindow = daily 02-05\n',
    );
    chmodSync(answers, 0o644);
    const open = await setup('--answers', answers);
    expect(open).toMatchObject({ status: 2, stderr: expect.stringContaining('chmod 600') as string });
    chmodSync(answers, 0o600);
    const made = await setup('--answers', answers, '--port', '9443');
    expect(made.status, made.stderr).toBe(0);
    expect(json(made.stdout)).toMatchObject({
      site: 'plant-7',
      addresses: ['localhost', 'a.example'],
      listen: { port: 9443 },
      links: [expect.stringMatching(/^https:\/\/a\.example:9443\/first\//) as string],
    });
    expect(windowsIn(data)).toEqual(['computers: daily 02-05']);
  });
});

describe('setup at a terminal', () => {
  it('shows the recovery key until four of its groups were typed back, and only then makes the appliance', async () => {
    elsewhere();
    const words = ['setup', '--prefix', prefix, '--data', data, '--site', 'aqtau-1', '--address', 'localhost'];
    const answered = ['--port', '8443', '--master-key', 'file', '--media', 'no', '--certificate', 'none'];
    const line = [process.execPath, binOf('sallyport'), ...words, ...answered].join(' ');
    const terminal = spawn('script', ['-qfec', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(terminal, 'close');
    let screen = '';
    let asked = 0;
    let isClockAsked = false;
    let isWindowAsked = false;
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      if (!isClockAsked && screen.includes('is it right? yes or no [yes]: ')) {
        isClockAsked = true;
        terminal.stdin.write('yes\n');
      }
      if (!isWindowAsked && screen.includes('When computers may be changed')) {
        isWindowAsked = true;
        terminal.stdin.write('2nd Sunday 06-10\n');
      }
      const questions = [...screen.matchAll(/type its groups (\d+), (\d+), (\d+), (\d+): /g)];
      if (questions.length === asked) return;
      asked = questions.length;
      expect(existsSync(join(data, 'config.json'))).toBe(false);
      const key = /(?:[0-9a-f]{4}-){15}[0-9a-f]{4}/.exec(screen)?.[0].split('-') ?? [];
      const groups = questions
        .at(-1)
        ?.slice(1)
        .map((position) => key[Number(position) - 1]);
      // The first time as a person who wrote it down wrongly.
      terminal.stdin.write(asked === 1 ? '0000 0000 0000 0000\n' : `${groups?.join(' ')}\n`);
    });
    expect(await ended).toEqual([0, null]);
    expect([isClockAsked, isWindowAsked]).toEqual([true, true]);
    expect(windowsIn(data)).toEqual(['computers: 2nd Sunday 06-10']);
    expect(screen).not.toContain('No window');
    expect(screen).toContain('These are not the groups');
    expect(screen).toMatch(/recovery key {4}confirmed/);
    const shown = await tryCommand('sallyport', ['recovery-key', 'show', '--data', data, '--json']);
    expect(json(shown.stdout)).toMatchObject({ state: 'confirmed' });
  });
});
