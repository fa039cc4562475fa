import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrolmentSchema } from '@sallyport/bundle-tools/protocol/enrolment';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sitePackageFor } from './site-package.ts';
import { siteScriptFor } from './site-script.ts';
import type { KitInput } from './types.ts';

// The package with the values of a site, as dpkg and rpm read and install it below another root.

const atMs = Date.UTC(2026, 10, 30, 6, 5, 9);
const input = {
  client: 'agent',
  server: 'https://10.0.0.2:8443',
  secret: 'sallyport-agent-secret',
  caPem: 'PEM',
  fingerprint: 'ab'.repeat(32),
  caFingerprint: 'ab'.repeat(32),
  folder: '/etc/sallyport',
  atMs,
} as const;
const wanted = {
  server: input.server,
  token: input.secret,
  fingerprint: input.fingerprint,
  root: '/',
  observeOnly: false,
  executables: false,
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-site-package-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });

/** Writes the package and returns its path. */
function write(system: 'debian' | 'rhel', at = atMs): string {
  const file = sitePackageFor({ ...input, system }, at);
  if (!('bytes' in file)) throw new Error('no package');
  expect(file.isSecret).toBe(true);
  const path = join(folder, file.name);
  writeFileSync(path, file.bytes);
  return path;
}

/** What the agent's service will read below another root, after the modes were looked at. */
function enrolmentBelow(root: string): unknown {
  const state = join(root, 'var/lib/sallyport-agent');
  expect(statSync(state).mode & 0o7777).toBe(0o700);
  expect(statSync(join(state, 'enrolment.json')).mode & 0o7777).toBe(0o600);
  return enrolmentSchema.parse(JSON.parse(readFileSync(join(state, 'enrolment.json'), 'utf8')));
}

it('is a package for dpkg, which installs it, and removes it though the agent took the file away', () => {
  const path = write('debian');
  expect(path.endsWith('/sallyport-agent-site_20261130060509_all.deb')).toBe(true);
  const said = run('dpkg-deb', '--field', path, 'Package', 'Version', 'Architecture', 'Depends');
  expect(said).toBe(
    'Package: sallyport-agent-site\nVersion: 20261130060509\nArchitecture: all\nDepends: sallyport-agent\n',
  );
  const root = join(folder, 'debian');
  for (const part of ['info', 'updates']) mkdirSync(join(root, 'var/lib/dpkg', part), { recursive: true });
  for (const name of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', name), '');
  const dpkg = (...args: string[]): string =>
    run('dpkg', `--root=${root}`, '--force-depends', '--force-script-chrootless', '--log=/dev/null', ...args);
  dpkg('--unpack', path);
  expect(enrolmentBelow(root)).toEqual(wanted);
  expect(dpkg('--verify')).toBe('');
  expect(run('dpkg-deb', '--info', path, 'postinst')).toContain('systemctl restart sallyport-agent.service');
  rmSync(join(root, 'var/lib/sallyport-agent/enrolment.json'));
  dpkg('--purge', 'sallyport-agent-site');
  expect(() => statSync(join(root, 'var/lib/sallyport-agent'))).toThrow('ENOENT');
});

it('is a package for rpm, which finds its digests right and installs it', () => {
  const path = write('rhel');
  expect(path.endsWith('/sallyport-agent-site-20261130060509-1.noarch.rpm')).toBe(true);
  // Of what is checked, nothing but a signature is absent.
  expect(run('rpmkeys', '--checksig', path)).toContain('digests OK');
  expect(run('rpm', '-qp', '--qf', '%{NAME} %{VERSION} %{ARCH}', path)).toBe(
    'sallyport-agent-site 20261130060509 noarch',
  );
  expect(run('rpm', '-qp', '--requires', path)).toContain('sallyport-agent\n');
  expect(run('rpm', '-qp', '--scripts', path)).toContain('systemctl restart sallyport-agent.service');
  expect(run('rpm', '-qp', '--scripts', path)).not.toContain(input.secret);
  const root = join(folder, 'rhel');
  mkdirSync(root);
  const rpm = (...args: string[]): string => run('rpm', '--root', root, ...args);
  rpm('-i', '--nodeps', '--noscripts', path);
  expect(enrolmentBelow(root)).toEqual(wanted);
  expect(rpm('-V', '--nodeps', '--noscripts', 'sallyport-agent-site')).toBe('');
  rpm('-e', '--noscripts', 'sallyport-agent-site');
  expect(() => statSync(join(root, 'var/lib/sallyport-agent'))).toThrow('ENOENT');
});

it('is a later version each time', () => {
  const [one, other] = [write('debian'), write('debian', atMs + 1000)].map((path) =>
    run('dpkg-deb', '--field', path, 'Version').trim(),
  );
  expect(() => run('dpkg', '--compare-versions', one ?? '', 'lt', other ?? '')).not.toThrow();
});

it('is a script for Windows that takes no value with a meaning of its own there', () => {
  const windows: KitInput = { ...input, system: 'windows' };
  const script = siteScriptFor(windows);
  const text = 'text' in script ? script.text : '';
  expect(text).toContain(`SERVER=${input.server} FINGERPRINT=${input.fingerprint} TOKENFILE=`);
  expect(text.split('\r\n').every((line) => !line.includes('\n'))).toBe(true);
  // SYSTEM and the administrators are named by number: their names differ between the languages of Windows.
  expect(text).not.toMatch(/Administrators|SYSTEM:/);
  // The folder is closed before the token is in it.
  expect(text.indexOf('icacls')).toBeLessThan(text.indexOf(input.secret));
  for (const server of ['https://a&calc:1', 'https://%PATH%:1', 'https://a"b:1'])
    expect(() => siteScriptFor({ ...windows, server })).toThrow('not for a script');
});
