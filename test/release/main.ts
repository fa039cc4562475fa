import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/sources.ts';
import { makeAndJudge } from './artefacts.ts';
import { bundledRelease } from './bundled-release.ts';
import { wholeComputer } from './computer.ts';
import { computerCuts } from './computer-cuts.ts';
import { fullDisk } from './full-disk.ts';
import { helpOnTheComputer } from './help-computer.ts';
import { installation, newMachine } from './installation.ts';
import { judgeDebs, judgeRpms } from './packagers.ts';
import type { Place } from './place.ts';
import { runSystems } from './systems.ts';
import { upgrades } from './upgrade.ts';

// `make release-test`: the artefacts are made in two places and judged, installed on a bare Debian that boots its own systemd without a
// network, upgraded, broken, moved to another machine and removed; then once more on a whole computer under QEMU. It takes hours;
// PARTS="installation upgrades" runs some of it over the artefacts that are there.

const work = join(repositoryRoot, 'var/release');
const dist = join(repositoryRoot, 'dist');
const base = join(work, 'debian');
const stick = join(work, 'stick');
const version = (JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string }).version;

const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const place: Place = {
  base,
  stick,
  work,
  dist,
  deb: join(dist, `sallyport_${version}_amd64.deb`),
  version,
  say,
};

const mirrorOf = (sources: string): string => /^URIs:\s*(http\S+)/m.exec(sources)?.[1] ?? '';
const mirror = mirrorOf(execFileSync('sh', ['-c', 'cat /etc/apt/sources.list.d/*.sources'], { encoding: 'utf8' }));

function makeBare(folder: string, packages: string): void {
  if (existsSync(folder)) return;
  say(`makes a bare Debian in ${folder}`);
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  const args = ['--variant=minbase', `--include=${packages}`, 'trixie', making, mirror];
  execFileSync('debootstrap', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  renameSync(making, folder);
}

/** The folder that machines see as a stick: the artefacts, and the fingerprints that come by another way. */
function layStick(): void {
  rmSync(stick, { recursive: true, force: true });
  execFileSync('cp', ['-a', dist, stick]);
  for (const [key, name] of [
    ['release.pem', 'fingerprint'],
    ['release-p256.pem', 'fallback-fingerprint'],
  ] as const) {
    const der = execFileSync('openssl', ['pkey', '-pubin', '-in', join(dist, key), '-outform', 'DER']);
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der, encoding: 'utf8' });
    writeFileSync(join(stick, name), digest.slice(0, 64));
  }
}

const parts: Readonly<Record<string, () => unknown>> = {
  artefacts: () => makeAndJudge(dist, join(work, 'again/place'), join(work, 'key'), say),
  deb: () => judgeDebs(place, mirror),
  rpm: () => judgeRpms(place),
  installation: () => installation(place),
  'new-machine': () => newMachine(place),
  upgrades: () => upgrades(place),
  systems: () => runSystems(place),
  'full-disk': () => fullDisk(place),
  'bundled-release': () => bundledRelease(place),
  computer: async () => {
    const root = join(work, 'debian-kernel');
    makeBare(
      root,
      'systemd,systemd-sysv,udev,openssl,kmod,linux-image-amd64,initramfs-tools,zstd,fdisk,dosfstools,e2fsprogs,lvm2,cryptsetup,mdadm',
    );
    await wholeComputer(place, root);
  },
  help: async () => {
    const root = join(work, 'debian-help');
    makeBare(root, 'systemd,systemd-sysv,udev,openssl,kmod,linux-image-amd64,initramfs-tools,zstd,nftables');
    await helpOnTheComputer(place, root);
  },
  'computer-cuts': () => computerCuts(place),
};

// Machines end with this process, which a signal alone would not have them do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
mkdirSync(work, { recursive: true });
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
for (const name of wanted) {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part ${name}; there are ${Object.keys(parts).join(' ')}`);
  say(`part ${name}`);
  if (name !== 'artefacts') {
    makeBare(base, 'systemd,systemd-sysv,udev,openssl');
    layStick();
  }
  await part();
}
say('DONE');
