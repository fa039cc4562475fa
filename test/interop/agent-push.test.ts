import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { type EntryParts, entryParts } from '@sallyport/appliance/entry-parts';
import type { PushRun, PushWishes } from '@sallyport/appliance/features/agent-push/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Introduced, introduced } from '../../appliance/test/support/introduced.ts';
import { binOf, freePort } from '../support/commands.ts';
import { findInFolder } from '../support/folder-search.ts';
import { canPlayDevice, type PlayedDevice, playDevice } from '../support/systemd/device.ts';
import { until } from '../support/until.ts';

// The agent is installed over SSH on a device with a systemd and an sshd of its own, by a package that stands for the agent's: its
// program only stays up. What the real one does with the file that it finds there is seen in linux-agent.test.ts.

const host = '127.0.0.1';
const rootPassword = `r ${randomBytes(9).toString('hex')} '"$x`;
const linePassword = `l ${randomBytes(9).toString('hex')} \\ !`;
const packageBytes = 8 * 1024 * 1024;

const control = `Package: sallyport-agent
Version: 0.1.0
Architecture: amd64
Maintainer: nobody <nobody@sallyport.invalid>
Description: stands for the agent
`;
const unit =
  '[Unit]\nDefaultDependencies=no\n[Service]\nType=exec\nExecStart=/usr/bin/sallyport-agent\n[Install]\nWantedBy=try.target\n';

/** A package with a program that stays up, and bytes enough to be cut within. */
function layPackage(folder: string, out: string): void {
  const tree = join(folder, 'agent-tree');
  for (const part of ['DEBIAN', 'usr/bin', 'usr/lib/systemd/system', 'usr/share/sallyport-agent'])
    mkdirSync(join(tree, part), { recursive: true });
  writeFileSync(join(tree, 'DEBIAN/control'), control);
  writeFileSync(join(tree, 'usr/bin/sallyport-agent'), '#!/bin/sh\nexec sleep 100000\n', { mode: 0o755 });
  writeFileSync(join(tree, 'usr/lib/systemd/system/sallyport-agent.service'), unit);
  writeFileSync(join(tree, 'usr/share/sallyport-agent/bytes'), randomBytes(packageBytes));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, out], { stdio: 'ignore' });
}

describe.skipIf(!canPlayDevice())(
  'the agent over SSH (skipped without root, systemd and an sshd)',
  { timeout: 240_000 },
  () => {
    let made: Introduced;
    let parts: EntryParts;
    let device: PlayedDevice;
    let port = 0;
    let fingerprint = '';
    let keyText = '';

    const setPort = (to: number): void => made.site.objects.writeSetting(systemActor, 'devices.push-port', to);
    const push = async (over: Partial<PushWishes>): Promise<PushRun> => {
      const asRoot = {
        address: host,
        hostKey: fingerprint,
        user: 'root',
        password: rootPassword,
        approve: 'manual',
      } as const;
      return parts.agentPush.start(systemActor, { ...asRoot, ...over }).ended;
    };
    /** How a push went, in one line. */
    const how = async (over: Partial<PushWishes>): Promise<string> => {
      const { code, message } = await push(over);
      return code === null ? 'done' : `${code}: ${message ?? ''}`;
    };
    const isInstalled = async (): Promise<boolean> =>
      (await device.run('dpkg', '--status', 'sallyport-agent')).status === 0;
    const purge = async (): Promise<void> => {
      const purged = await device.run('dpkg', '--purge', 'sallyport-agent-site', 'sallyport-agent');
      expect(purged.status, purged.output).toBe(0);
    };
    /** Folders of pushes that stay on the device. */
    const leftThere = async (): Promise<string> =>
      (await device.run('find', '/tmp', '-maxdepth', '1', '-name', 'tmp.*')).output;

    beforeAll(async () => {
      made = await introduced();
      parts = entryParts(made.site);
      const { site } = made;
      const shared = join(site.folder, 'shared');
      mkdirSync(shared);
      mkdirSync(site.paths.agentPackages);
      layPackage(site.folder, join(site.paths.agentPackages, 'sallyport-agent_0.1.0_amd64.deb'));
      device = await playDevice(site.folder, shared);
      port = await freePort();
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(shared, 'host')]);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(site.folder, 'person')]);
      keyText = readFileSync(join(site.folder, 'person'), 'utf8');
      fingerprint =
        execFileSync('ssh-keygen', ['-lf', join(shared, 'host.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
      const settings = [
        `Port ${port}`,
        `ListenAddress ${host}`,
        'HostKey /etc/pushed/host',
        'PidFile none',
        'UsePAM no',
        // All tries come from one address, the wrong ones too.
        'PerSourcePenalties no',
        'PermitRootLogin yes',
        'AuthorizedKeysFile /etc/pushed/person',
        'LogLevel VERBOSE',
      ];
      writeFileSync(join(shared, 'sshd_config'), `${settings.join('\n')}\n`);
      writeFileSync(join(shared, 'person.pub'), readFileSync(join(site.folder, 'person.pub')));
      writeFileSync(join(shared, 'passwords'), `root:${rootPassword}\nline:${linePassword}\n`);
      const prepared = await device.run(
        'sh',
        '-ec',
        [
          'install -d /etc/pushed /run/sshd',
          'install -m 0600 /mnt/host /etc/pushed/host',
          'install -m 0644 /mnt/person.pub /etc/pushed/person',
          // One agent follows another here, sooner than a unit may start again.
          'install -d /etc/systemd/system/sallyport-agent.service.d',
          'printf "[Unit]\\nStartLimitIntervalSec=0\\n" >/etc/systemd/system/sallyport-agent.service.d/often.conf',
          'useradd --create-home --shell /bin/sh line',
          'chpasswd -c SHA512 </mnt/passwords',
          'rm /mnt/passwords',
          'echo "line ALL=(ALL) ALL" >/etc/sudoers.d/line',
          '/usr/sbin/sshd -f /mnt/sshd_config -E /mnt/sshd.log',
        ].join('; '),
      );
      expect(prepared.status, prepared.output).toBe(0);
      setPort(port);
    });
    afterAll(async () => {
      device?.end();
      await made?.site.stop();
    });
    const sshdLog = (): string => readFileSync(join(made.site.folder, 'shared/sshd.log'), 'utf8');

    it('goes nowhere before an administrator named a network', async () => {
      const { site } = made;
      await expect(parts.agentPush.look(systemActor, host)).rejects.toMatchObject({ code: 'NOT_NAMED' });
      expect(await how({})).toMatch(/^refused: /);
      site.objects.writeSetting(systemActor, 'devices.push-ranges', ['127.0.0.0/30']);
      await expect(parts.agentPush.look(systemActor, '127.9.9.9')).rejects.toMatchObject({ code: 'NOT_NAMED' });
      await expect(parts.agentPush.look(systemActor, 'localhost')).rejects.toMatchObject({ code: 'INVALID' });
    });

    it('shows the key of the server as the computer itself does', async () => {
      expect(await parts.agentPush.look(systemActor, host)).toMatchObject([{ type: 'ssh-ed25519', fingerprint }]);
      setPort(await freePort());
      await expect(parts.agentPush.look(systemActor, host)).rejects.toMatchObject({ code: 'UNREACHABLE' });
      expect(await how({})).toMatch(/^no-answer: /);
      setPort(port);
    });

    it('sends nothing to a server with another key', async () => {
      const before = sshdLog();
      expect(await push({ hostKey: fingerprint.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) })).toMatchObject({
        code: 'host-key',
        token: null,
      });
      expect(sshdLog().slice(before.length)).not.toMatch(/Failed|Accepted/);
    });

    it('is refused with a wrong password, a wrong key and no sudo', async () => {
      const before = made.site.objects.list({ kind: 'token', limit: 1 }).total;
      expect(await how({ password: 'guessed' })).toMatch(/^login: /);
      expect(await how({ user: 'line', password: 'guessed', key: keyText })).toMatch(/^sudo: /);
      const { site } = made;
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(site.folder, 'stranger')]);
      const key = readFileSync(join(site.folder, 'stranger'), 'utf8');
      expect(await how({ password: undefined, key })).toMatch(/^login: /);
      expect(await how({ password: undefined, key: 'no key' })).toMatch(/^refused: /);
      expect(await isInstalled()).toBe(false);
      // The token of a push that came to nothing lets nobody in.
      expect(site.objects.list({ kind: 'token', limit: 1 }).total).toBe(before);
    });

    it.each<[string, () => Partial<PushWishes>]>([
      ['root with a password', () => ({})],
      ['another user with a password and sudo', () => ({ user: 'line', password: linePassword })],
      [
        'another user with a key, and a password for sudo',
        () => ({ user: 'line', password: linePassword, key: keyText }),
      ],
      ['root with a key alone', () => ({ password: undefined, key: keyText })],
    ])('is installed by %s', async (_, who) => {
      const run = await push(who());
      expect(`${run.code} ${run.message}`).toBe('null null');
      expect(run).toMatchObject({ step: 'done', sentBytes: run.totalBytes });
      expect(run.totalBytes).toBeGreaterThan(packageBytes);
      const laid = await device.run('cat', '/var/lib/sallyport-agent/enrolment.json');
      const { token, fingerprint: site } = JSON.parse(laid.output) as Record<string, string>;
      expect(site).toBe(parts.addDevice.siteFingerprint());
      expect(made.site.devices.enrolmentToken('agent', token ?? '')).toMatchObject({ id: run.token, maxUses: 1 });
      expect((await device.run('systemctl', 'is-active', 'sallyport-agent.service')).output).toBe('active\n');
      expect(await leftThere()).toBe('');
      await purge();
    });

    it('where sudo asks for nothing, the password is passed over', async () => {
      await device.run('sh', '-c', 'echo "line ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/line');
      expect(await how({ user: 'line', password: linePassword })).toBe('done');
      await purge();
      await device.run('sh', '-c', 'echo "line ALL=(ALL) ALL" >/etc/sudoers.d/line');
    });

    it('leaves nothing there when the connection is cut', async () => {
      let passed = 0;
      const proxy = createServer((near) => {
        const far = openSocket(port, host);
        const cut = (): void => {
          near.destroy();
          far.destroy();
        };
        near.on('data', (bytes) => {
          passed += bytes.length;
          far.write(bytes);
          if (passed > packageBytes / 2) cut();
        });
        far.on('data', (bytes) => near.write(bytes));
        for (const socket of [near, far]) socket.on('error', cut).on('close', cut);
      });
      await new Promise<void>((resolve) => void proxy.listen(0, host, resolve));
      setPort((proxy.address() as AddressInfo).port);
      const run = await push({});
      expect(['connection', 'transfer']).toContain(run.code);
      expect(run.token).toBeNull();
      proxy.close();
      setPort(port);
      await until(async () => (await leftThere()) === '');
      expect(await isInstalled()).toBe(false);
    });

    it('leaves no password and no key on the disk, even of a program that was killed', async () => {
      const { site } = made;
      const given = join(site.folder, 'given');
      mkdirSync(given);
      // As `echo` writes it.
      writeFileSync(join(given, 'password'), `${rootPassword}\n`);
      const words = ['--host-key', fingerprint, '--user', 'root', '--password-file', join(given, 'password')];
      const child = spawn(
        process.execPath,
        [binOf('sallyport'), 'agent', 'push', host, ...words, '--data', site.dataDir],
        { stdio: 'ignore' },
      );
      const before = sshdLog().length;
      // Its second log-in is that of the packages.
      await until(() => sshdLog().slice(before).split('Accepted password').length > 2, { seconds: 120 });
      child.kill('SIGKILL');
      await until(async () => (await leftThere()) === '');
      const secrets = [rootPassword, linePassword, keyText.split('\n')[1] ?? ''];
      expect(findInFolder(site.dataDir, site.paths.database, secrets)).toEqual([]);
      // What the killed program left in the folder for temporary files.
      const left = readdirSync(tmpdir()).filter((name) => /^sallyport-(?:ssh|key)-/.test(name));
      expect(left).not.toEqual([]);
      for (const folder of left)
        for (const name of readdirSync(join(tmpdir(), folder))) {
          const text = readFileSync(join(tmpdir(), folder, name), 'utf8');
          expect(`${name}: ${secrets.filter((secret) => text.includes(secret)).join()}`).toBe(`${name}: `);
        }
    });

    it('is a command that says how it went', async () => {
      const run = (...args: string[]) =>
        new Promise<{ status: number | null; stdout: string }>((resolve) => {
          const child = spawn(process.execPath, [binOf('sallyport'), 'agent', ...args, '--data', made.site.dataDir], {
            stdio: ['ignore', 'pipe', 'ignore'],
          });
          let stdout = '';
          child.stdout.on('data', (bytes: Buffer) => {
            stdout += bytes.toString();
          });
          child.once('close', (status) => resolve({ status, stdout }));
        });
      expect((await run('look', host)).stdout).toContain(fingerprint);
      const words = ['--user', 'root', '--password-file', join(made.site.folder, 'given/password')];
      const wrong = await run('push', host, '--host-key', 'SHA256:guessed', ...words);
      expect([wrong.status, wrong.stdout]).toEqual([1, expect.stringContaining('host-key')]);
      const done = await run('push', host, '--host-key', fingerprint, ...words);
      expect([done.status, done.stdout]).toEqual([0, expect.stringContaining('has the agent')]);
      expect(await isInstalled()).toBe(true);
    });
  },
);
