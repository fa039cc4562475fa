import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../support/sources.ts';
import { ownFolder } from '../support/test-folder.ts';

// What tells the administrators of a host that its nightly run failed; systemctl, journalctl and the relay stand in the way of the shell.

const script = join(repositoryRoot, 'systemd/sallyport-host-failed');
const unit = (name: string): string => readFileSync(join(repositoryRoot, 'systemd', name), 'utf8');

const program = (path: string, body: string): void => {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
};

const told = (run: string) => {
  const folder = ownFolder('host-failed');
  const at = (name: string): string => join(folder, name);
  program(at('systemctl'), `echo '${run}'`);
  program(at('journalctl'), `echo "$*" >'${at('asked')}'; echo 'debian: UNREACHABLE: Қазан'`);
  program(at('sendmail'), `echo "$*" >'${at('options')}'; cat >'${at('mail')}'`);
  const go = (env: Record<string, string> = {}) =>
    spawnSync('sh', [script], {
      encoding: 'utf8',
      env: { PATH: `${folder}:/usr/bin:/bin`, MOTD: at('motd.d/sallyport-host'), SENDMAIL: at('sendmail'), ...env },
    });
  return { at, go };
};

it('is a line at log-in in three languages, and a mail with what the run wrote', () => {
  const { at, go } = told('0123abcd');
  expect(go({ SALLYPORT_MAIL_TO: 'admin@plant.example' })).toMatchObject({ status: 0, stderr: '' });
  const line = readFileSync(at('motd.d/sallyport-host'), 'utf8');
  expect(line.split('\n')).toHaveLength(4);
  expect(line).toMatch(/failed[\s\S]*не удалось[\s\S]*орындалмады/);
  expect(statSync(at('motd.d/sallyport-host')).mode & 0o777).toBe(0o644);
  const [head = '', ...text] = readFileSync(at('mail'), 'utf8').split('\n\n');
  expect(head).toContain('To: admin@plant.example\n');
  expect(head).toContain('charset=utf-8');
  expect(text.join('\n\n')).toContain('debian: UNREACHABLE: Қазан');
  expect(readFileSync(at('options'), 'utf8')).toBe('-oi -t\n');
  expect(readFileSync(at('asked'), 'utf8')).toContain('_SYSTEMD_INVOCATION_ID=0123abcd');
});

it('shows no lines of another run', () => {
  const { at, go } = told('');
  expect(go().status).toBe(0);
  expect(existsSync(at('asked'))).toBe(false);
  expect(readFileSync(at('mail'), 'utf8')).toContain('To: root\n');
});

it('is the line alone where the host has no relay, and says so', () => {
  const { at, go } = told('0123abcd');
  expect(go({ SENDMAIL: at('none') })).toMatchObject({ status: 0, stderr: expect.stringContaining('is not there') });
  expect(existsSync(at('motd.d/sallyport-host'))).toBe(true);
});

it('is started by a failure, and a run that ended well takes the line away', () => {
  expect(unit('sallyport-host-sync.service')).toMatch(/^OnFailure=sallyport-host-failed\.service$/m);
  expect(unit('sallyport-host-sync.service')).toContain(
    "ExecStartPost=+/bin/sh -c 'rm -f /run/motd.d/sallyport-host'\n",
  );
  expect(unit('sallyport-host-failed.service')).toContain(
    'ExecStart=/opt/sallyport-host/systemd/sallyport-host-failed',
  );
  execFileSync('sh', ['-n', script]);
});
