import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { releaseKeysIn, writeSums } from '../../scripts/packages/sums.ts';
import { command, temporaryFolder } from '../support/commands.ts';
import { repositoryRoot } from '../support/sources.ts';

// install.sh and what an openssl can check. OpenSSL 1.1.1 itself judges in test/release/systems.ts; here this computer's openssl is told
// to refuse what that one refuses: `pkeyutl -rawin`, and everything.

const folder = temporaryFolder('install-signatures');
afterAll(() => folder.remove());

const opensslWithout = {
  ed25519: `for word in "$@"; do [ "$word" != -rawin ] || { echo 'pkeyutl: Unrecognized flag rawin' >&2; exit 1; }; done`,
  both: `for word in "$@"; do case $word in -rawin | -verify) exit 1 ;; esac; done`,
} as const;

let count = 0;

/** The folder of a release with one package; install.sh runs there with a dpkg that notes what it is given. */
const made = async () => {
  count += 1;
  const at = join(folder.path, `${count}`);
  const out = join(at, 'out');
  for (const part of ['out', 'key', 'bin']) mkdirSync(join(at, part), { recursive: true });
  type Made = { fingerprint: string; fallback: { fingerprint: string } };
  const key = await command<Made>(
    'sallyport-bundle',
    'trust',
    'key',
    'create',
    '--for',
    'release',
    '--out',
    join(at, 'key'),
  );
  const file = readdirSync(join(at, 'key')).find((name) => name.endsWith('.key')) ?? '';
  writeFileSync(join(out, 'sallyport-agent_9.8.7_amd64.deb'), 'a package');
  cpSync(join(repositoryRoot, 'packaging/install.sh'), join(out, 'install.sh'));
  const fingerprints = await writeSums(out, await releaseKeysIn(join(at, 'key', file)));
  // Paper and medium say the same.
  expect(fingerprints).toEqual({ release: key.fingerprint, fallback: key.fallback.fingerprint });
  const installed = join(at, 'installed');
  writeFileSync(
    join(at, 'bin/dpkg'),
    `#!/bin/sh\n[ "$1" = --print-architecture ] && exec echo amd64\necho "$@" >${installed}\n`,
    { mode: 0o755 },
  );
  const install = (without: keyof typeof opensslWithout | undefined, ...args: string[]) => {
    rmSync(installed, { force: true });
    const shim = join(at, 'bin/openssl');
    rmSync(shim, { force: true });
    if (without !== undefined)
      writeFileSync(shim, `#!/bin/sh\n${opensslWithout[without]}\nexec /usr/bin/openssl "$@"\n`, { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync('sh', [join(out, 'install.sh'), 'agent', ...args], {
      encoding: 'utf8',
      input: '',
      env: { PATH: `${join(at, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    return { status, stdout, stderr, isInstalled: existsSync(installed) };
  };
  const change = (name: string): void => {
    const bytes = readFileSync(join(out, name));
    const last = bytes.length - 3;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    writeFileSync(join(out, name), bytes);
  };
  const release = ['--fingerprint', key.fingerprint];
  const fallback = ['--fallback-fingerprint', key.fallback.fingerprint];
  return { out, install, change, release, fallback };
};

describe.runIf(process.getuid?.() === 0)('install.sh', () => {
  it('goes by Ed25519 where openssl can, looks at the fallback signature as well, and says so', async () => {
    const { install, release } = await made();
    expect(install(undefined, ...release)).toMatchObject({
      status: 0,
      isInstalled: true,
      stderr: expect.stringMatching(
        /checked by OpenSSL \S+: Ed25519 signature and fallback signature \(P-256\)/,
      ) as string,
    });
  });

  it('goes by the fallback signature where openssl cannot, by its own fingerprint, and says so', async () => {
    const { install, release, fallback } = await made();
    const words = expect.stringMatching(
      /cannot check an Ed25519 signature[\s\S]*checked by OpenSSL \S+: fallback/,
    ) as string;
    expect(install('ed25519', ...fallback)).toMatchObject({ status: 0, isInstalled: true, stderr: words });
    expect(install('ed25519', ...release, ...fallback)).toMatchObject({ status: 0, isInstalled: true });
    // The fingerprint of the other key says nothing about this one: it is asked for.
    const asked = expect.stringMatching(
      /Fingerprint of the fallback key \(P-256\): [0-9a-f]{64}[\s\S]*nothing was installed; --fallback/,
    ) as string;
    expect(install('ed25519', ...release)).toMatchObject({ status: 1, isInstalled: false, stderr: asked });
    expect(install('ed25519', ...fallback.slice(0, 1), '00'.repeat(32))).toMatchObject({
      status: 1,
      isInstalled: false,
    });
    expect(install('ed25519', '--fingerprint', '00'.repeat(32), ...fallback)).toMatchObject({
      status: 1,
      isInstalled: false,
    });
  });

  it.each(['SHA256SUMS', 'SHA256SUMS.p256.sig', 'release-p256.pem'])(
    'calls a release forged where %s was changed, whichever openssl',
    async (name) => {
      const { install, change, release, fallback } = await made();
      change(name);
      for (const without of [undefined, 'ed25519'] as const)
        expect(install(without, ...release, ...fallback)).toMatchObject({ isInstalled: false });
      expect(install(undefined, ...release)).toMatchObject({ status: 1, isInstalled: false });
    },
  );

  it('refuses a wrong Ed25519 signature beside a good fallback one', async () => {
    const { install, change, release, fallback } = await made();
    change('SHA256SUMS.sig');
    expect(install(undefined, ...release, ...fallback)).toMatchObject({
      status: 1,
      isInstalled: false,
      stderr: expect.stringContaining('is not signed by the release key') as string,
    });
  });

  it('refuses another release key or fallback key beside a good signature of the other', async () => {
    const [one, two] = [await made(), await made()];
    cpSync(join(two.out, 'release.pem'), join(one.out, 'release.pem'));
    expect(one.install('ed25519', ...one.fallback)).toMatchObject({ status: 1, isInstalled: false });
    for (const name of ['release-p256.pem', 'SHA256SUMS.p256.sig']) cpSync(join(one.out, name), join(two.out, name));
    expect(two.install(undefined, ...two.release)).toMatchObject({ status: 1, isInstalled: false });
  });

  it('says of what it cannot check that it cannot, not that it is forged', async () => {
    const { out, install, release, fallback } = await made();
    const unchecked = {
      status: 2,
      isInstalled: false,
      stderr: expect.stringContaining('cannot be checked here, which says nothing against it') as string,
    };
    expect(install('both', ...release, ...fallback)).toMatchObject(unchecked);
    // A release of before.
    for (const name of ['release-p256.pem', 'SHA256SUMS.p256.sig']) rmSync(join(out, name));
    expect(install('ed25519', ...release)).toMatchObject(unchecked);
    expect(install(undefined, ...release)).toMatchObject({ status: 0, isInstalled: true });
  });

  it('says of a system that is too old what comes in place of the agent, and asks nothing', async () => {
    const { out, install } = await made();
    writeFileSync(join(out, '../bin/getconf'), '#!/bin/sh\necho glibc 2.27\n', { mode: 0o755 });
    expect(install(undefined)).toMatchObject({
      status: 2,
      isInstalled: false,
      stderr: expect.stringMatching(/glibc 2\.27, the agent needs 2\.28: its inventory comes as a file/) as string,
    });
    writeFileSync(join(out, '../bin/getconf'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(install(undefined)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no known version') as string,
    });
  });
});
