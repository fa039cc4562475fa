import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/sources.ts';

// `make release-test`: the artefacts are made twice and compared, judged by openssl, lintian and rpmlint, and installed from a
// folder on a bare Debian that boots its own systemd without a network. It takes the better part of an hour.

const work = join(repositoryRoot, 'var/release');
const dist = join(repositoryRoot, 'dist');
const node = join(repositoryRoot, 'node_modules/.bin/node');
mkdirSync(work, { recursive: true });

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

/** Runs a program to its end and returns what it said; ends everything where it fails. */
const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  const { status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  say(`FAILED: ${file} ${args.join(' ')} ended with ${status}`);
  process.stdout.write(`${stdout}${stderr}`);
  process.exit(1);
};

const keys = join(work, 'key');
const keyIn = (): string | undefined => readdirSync(keys).find((name) => name.endsWith('.key'));
mkdirSync(keys, { recursive: true });
if (keyIn() === undefined)
  run(node, ['bundle-tools/bin/sallyport-bundle.js', 'trust', 'key', 'create', '--for', 'release', '--out', keys]);
const env = { RELEASE_KEY: join(keys, keyIn() ?? '') };

const [first = '', second = ''] = [1, 2].map((time) => {
  say(`makes the artefacts, time ${time} of 2`);
  process.stdout.write(run(node, ['scripts/packages/main.ts'], env));
  return readFileSync(join(dist, 'SHA256SUMS'), 'utf8');
});
if (first !== second) {
  say('FAILED: the second time gave other bytes');
  process.exit(1);
}
say('the second time gave the same bytes');

const inDist = (name: string): string => join(dist, name);
const signed = ['-rawin', '-in', inDist('SHA256SUMS'), '-sigfile', inDist('SHA256SUMS.sig')];
say(run('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', inDist('release.pem'), ...signed]).trim());

/** lintian knows no zstd, which Debian's own archive does not take; dpkg reads it since Debian 12. */
const tooNew = 'malformed-deb-archive';
for (const name of readdirSync(dist).filter((file) => file.endsWith('_amd64.deb'))) {
  run('lintian', ['--allow-root', '--fail-on', 'error', '--suppress-tags', tooNew, inDist(name)]);
  say(`lintian has no error in ${name}`);
}
for (const name of readdirSync(dist).filter((file) => file.endsWith('.x86_64.rpm'))) {
  run('rpmlint', ['--config', join(repositoryRoot, 'packaging/rpmlint.toml'), inDist(name)]);
  say(`rpmlint has no error in ${name}`);
}

const root = join(work, 'debian');
if (!existsSync(join(root, 'usr/lib/systemd/systemd'))) {
  say('makes a bare Debian');
  const sources = run('sh', ['-c', 'cat /etc/apt/sources.list.d/*.sources']);
  const mirror = /^URIs:\s*(\S+)/m.exec(sources)?.[1] ?? '';
  run('debootstrap', ['--variant=minbase', '--include=systemd,systemd-sysv,udev,openssl', 'trixie', root, mirror]);
}
const [machine, stick, out] = ['machine', 'stick', 'out'].map((name) => join(work, name)) as [string, string, string];
for (const folder of [machine, stick, out]) rmSync(folder, { recursive: true, force: true });
for (const folder of [stick, out]) mkdirSync(folder);
run('cp', ['-a', root, machine]);
run('cp', ['-a', `${dist}/.`, join(repositoryRoot, 'test/release/on-the-machine.sh'), stick]);
const der = spawnSync('openssl', ['pkey', '-pubin', '-in', inDist('release.pem'), '-outform', 'DER']).stdout;
const digest = spawnSync('openssl', ['dgst', '-sha256', '-r'], { input: der, encoding: 'utf8' }).stdout;
writeFileSync(join(stick, 'fingerprint'), digest.slice(0, 64));
say('boots it without a network, with the folder as its stick');
const unshare = ['--pid', '--fork', '--mount', '--cgroup', '--net', '--uts', '--ipc', '--kill-child'];
spawnSync('unshare', [...unshare, 'sh', join(repositoryRoot, 'test/release/boot-root.sh'), machine, stick, out], {
  timeout: 1_200_000,
  killSignal: 'SIGKILL',
});
const log = existsSync(join(out, 'log')) ? readFileSync(join(out, 'log'), 'utf8') : 'it did not boot\n';
process.stdout.write(log);
const at = (words: string): number => Number(new RegExp(`^([\\d.]+) ${words}$`, 'm').exec(log)?.[1]);
if (!/^[\d.]+ DONE$/m.test(log)) {
  say('FAILED: not all was as it has to be');
  process.exit(1);
}
say(`from stick to log-in page: ${(at('the log-in page is served') - at('the stick is in')).toFixed(1)} s`);
