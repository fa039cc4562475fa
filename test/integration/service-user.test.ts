import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type DataActs, dataActs } from '@sallyport/appliance/data-acts/client';
import { dataPaths, writeConfig } from '@sallyport/appliance/platform/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';

// Root's commands over a data folder of another user, who plants links in it. The folders lie in memory: each act waits for its disk.

const user = { uid: 64_999, gid: 64_999 };
const other = { uid: 64_998, gid: 64_998 };
const races = 10_000;
const upgrade = { format: 'sallyport-upgrade/1', from: null, to: '0.3.0', at: 1, state: 'open' } as const;
const isRoot = process.getuid?.() === 0;

/** As the service's user: the file is there, is a link to what is root's, is a folder of links, again and again. */
const attack = `
  const fs = require('node:fs');
  const [data, victim, uid] = process.argv.slice(1);
  process.setgroups([]); process.setgid(Number(uid)); process.setuid(Number(uid));
  process.stdout.write('began');
  const [file, link, folder] = [data + '/upgrade.json', data + '/link', data + '/backups'];
  for (;;) {
    try { fs.symlinkSync(victim, link); fs.renameSync(link, file); } catch {}
    for (const name of fs.readdirSync(data))
      if (name.endsWith('.tmp')) try { fs.unlinkSync(data + '/' + name); fs.symlinkSync(victim, data + '/' + name); } catch {}
    try { fs.renameSync(folder, folder + '-away'); fs.symlinkSync(victim + '-folder', folder); fs.unlinkSync(folder); fs.renameSync(folder + '-away', folder); } catch {}
  }`;

describe.runIf(isRoot)("root's commands in the data folder of the service's user", () => {
  let base: string;
  let data: string;
  let victim: string;
  let acts: DataActs;
  let attacker: ChildProcess | undefined;

  beforeEach(() => {
    base = mkdtempSync('/dev/shm/service-user-');
    chmodSync(base, 0o755);
    [data, victim] = [join(base, 'data'), join(base, 'victim')];
    for (const folder of ['', 'backups', 'backups/pre-0.3.0', 'keys', 'objects', 'staging']) {
      mkdirSync(join(data, folder), { mode: 0o700 });
      chownSync(join(data, folder), user.uid, user.gid);
    }
    mkdirSync(`${victim}-folder`, { mode: 0o700 });
    for (const path of [victim, `${victim}-folder/state.db`, `${victim}-folder/master.key`])
      writeFileSync(path, 'of root', { mode: 0o600 });
    acts = dataActs(data, user);
  });
  afterEach(() => {
    acts.close();
    attacker?.kill('SIGKILL');
    rmSync(base, { recursive: true, force: true });
  });

  const expectUntouched = (about: string): void => {
    for (const path of [victim, `${victim}-folder`, `${victim}-folder/state.db`, `${victim}-folder/master.key`]) {
      const { uid, mode } = statSync(path);
      expect([uid, mode & 0o777], `${about}: ${path}`).toEqual([0, path.endsWith('folder') ? 0o700 : 0o600]);
    }
    expect(readFileSync(victim, 'utf8'), about).toBe('of root');
  };
  /** Every act that takes no more than a version, whether it does what it is for or is refused. */
  const actAll = async (): Promise<string[]> => {
    const answers: unknown[] = [];
    const tried = async (act: Promise<unknown>): Promise<void> => void answers.push(await act.catch(String));
    await tried(acts.call('site.read', {}));
    await tried(acts.call('upgrade.read', {}));
    await tried(acts.call('upgrade.write', { upgrade }));
    await tried(acts.call('upgrade.finish', { upgrade }));
    await tried(acts.call('upgrade.has-before', { to: '0.3.0' }));
    await tried(acts.call('upgrade.forget-before', { to: '0.3.0' }));
    await tried(acts.call('upgrade.lost', { to: '0.3.0' }));
    await tried(acts.call('release.staged', { version: '0.3.0' }));
    await tried(acts.call('master-key.read', {}));
    await tried(acts.call('master-key.remove', { what: 'key' }));
    await tried(acts.call('master-key.remove', { what: 'sealed' }));
    await tried(acts.call('site.remove', {}));
    return answers.map((answer) => JSON.stringify(answer));
  };

  it(`give nothing of root's away in ${races} races`, async () => {
    attacker = spawn(process.execPath, ['-e', attack, data, victim, String(user.uid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let began = false;
    attacker.stdout?.once('data', () => {
      began = true;
    });
    await until(() => began || undefined);
    let written = 0;
    for (let race = 0; race < races; race += 1) {
      const answer = await acts.call('upgrade.write', { upgrade }).catch(() => undefined);
      if (answer !== undefined) written += 1;
      if (race % 10 === 0) await acts.call('upgrade.finish', { upgrade }).catch(() => undefined);
      if (race % 100 === 0) expectUntouched(`race ${race}`);
    }
    expect(attacker.exitCode).toBeNull();
    expect(written).toBeGreaterThan(0);
    expectUntouched('afterwards');
  }, 600_000);

  it('reach nothing of root by a link at any component of a path', async () => {
    for (const component of [
      'upgrade.json',
      'config.json',
      'state.db',
      'master.cred',
      'server.lock',
      'keys/master.key',
    ])
      for (const [target, isFolder] of [
        [victim, false],
        [`${victim}-folder`, true],
      ] as const) {
        mkdirSync(dirname(join(data, component)), { recursive: true });
        rmSync(join(data, component), { recursive: true, force: true });
        symlinkSync(target, join(data, component));
        const answers = await actAll();
        expectUntouched(`${component} ${isFolder}`);
        expect(answers.join(), component).not.toContain(Buffer.from('of root').toString('base64'));
      }
    for (const component of ['keys', 'backups', 'backups/pre-0.3.0', 'objects', 'staging']) {
      const path = join(data, component);
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { recursive: true, force: true });
      symlinkSync(`${victim}-folder`, path);
      const answers = await actAll();
      expectUntouched(component);
      expect(answers.join(), component).not.toContain(Buffer.from('of root').toString('base64'));
      rmSync(path, { recursive: true, force: true });
    }
  });

  it('work over a folder that is a link, and leave its owner what they make', async () => {
    renameSync(data, join(base, 'elsewhere'));
    symlinkSync(join(base, 'elsewhere'), data);
    writeConfig(dataPaths(data), {
      format: 'sallyport-config/1',
      site: 'aqtau-1',
      addresses: ['localhost'],
      listen: { address: '127.0.0.1', port: 8443 },
    });
    chownSync(join(data, 'config.json'), user.uid, user.gid);
    expect((await acts.call('site.read', {})).config?.site).toBe('aqtau-1');
    await acts.call('upgrade.write', { upgrade });
    expect(await acts.call('upgrade.read', {})).toEqual({ upgrade });
    expect(lstatSync(join(base, 'elsewhere/upgrade.json')).uid).toBe(user.uid);
    await acts.call('site.remove', {});
    expect(existsSync(join(base, 'elsewhere/keys'))).toBe(false);
  });

  it('have a process of that user without a right of root, closed to other processes of the user', async () => {
    await acts.call('upgrade.read', {});
    const { pid } = acts;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\t64999\t64999\t64999\t64999$/m);
    expect(status).toMatch(/^Gid:\t64999\t64999\t64999\t64999$/m);
    expect(status).toMatch(/^Groups:\t ?$/m);
    for (const set of ['CapPrm', 'CapEff', 'CapAmb']) expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'));
    const looks = (uid: number): Promise<string> =>
      new Promise((resolve) => {
        const script = `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});
          for (const name of ['root', 'fd/0', 'mem']) try { require('fs').${'openSync'}('/proc/${pid}/' + name, 'r'); console.log(name); } catch {}`;
        const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        child.once('close', () => resolve(text.trim()));
      });
    expect(await looks(user.uid)).toBe('');
    expect(await looks(other.uid)).toBe('');
  });

  it('say what a refused act said, and end with the process', async () => {
    await expect(acts.call('upgrade.lost', { to: '0.3.0' })).rejects.toThrow();
    await expect(acts.call('upgrade.forget-before', { to: '../keys' })).rejects.toThrow();
    expect(existsSync(join(data, 'keys'))).toBe(true);
    process.kill(acts.pid ?? 0, 'SIGKILL');
    await expect(acts.call('upgrade.read', {})).rejects.toThrow('the process of the data folder ended');
  });
});
