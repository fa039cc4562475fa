import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BootedRoot, bootRoot } from './booted-root.ts';
import { connectedHost } from './connected-host.ts';
import { copyOf, must, type Place } from './place.ts';
import { pageServed, well } from './site.ts';

// What a release runs on: each system whose packages can be had here boots with its own systemd and glibc and takes the appliance and the
// agent from a stick by install.sh, whose judge is the system's own openssl. docs/operations.md has the table that comes from it.

type System = {
  readonly name: string;
  readonly suite: string;
  readonly archive: 'debian' | 'ubuntu';
  readonly takes: 'appliance' | 'agent';
};

const systems: readonly System[] = [
  { name: 'Debian 10', suite: 'buster', archive: 'debian', takes: 'agent' },
  { name: 'Debian 11', suite: 'bullseye', archive: 'debian', takes: 'agent' },
  { name: 'Debian 12', suite: 'bookworm', archive: 'debian', takes: 'appliance' },
  { name: 'Debian 13', suite: 'trixie', archive: 'debian', takes: 'appliance' },
  { name: 'Ubuntu 24.04', suite: 'noble', archive: 'ubuntu', takes: 'appliance' },
];
const mirrors = { debian: 'http://deb.debian.org/debian', ubuntu: 'http://archive.ubuntu.com/ubuntu' } as const;

/** The root of a system; undefined where its packages cannot be had from here. */
function rootOf({ suite, archive }: System, folder: string): string | undefined {
  const root = join(folder, suite);
  if (existsSync(root)) return root;
  const making = `${root}.making`;
  rmSync(making, { recursive: true, force: true });
  const include = '--include=systemd,systemd-sysv,udev,openssl';
  const keyring = archive === 'ubuntu' ? ['--keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg'] : [];
  try {
    execFileSync('debootstrap', ['--variant=minbase', include, ...keyring, suite, making, mirrors[archive]], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  renameSync(making, root);
  return root;
}

/** The root of a Debian among these; undefined where its packages cannot be had from here. */
export function debianOf(suite: string, folder: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  const system = systems.find((one) => one.suite === suite);
  return system === undefined ? undefined : rootOf(system, folder);
}

const versionsOf = (on: BootedRoot): Promise<string> =>
  well(
    on,
    'echo "$(openssl version | cut -d " " -f 1,2), $(getconf GNU_LIBC_VERSION), $(systemctl --version | head -n 1 | cut -d " " -f 1,2)"',
  ).then((text) => text.trim());

/** Options of install.sh: the fingerprints of both keys, as they stand on paper. */
const paper =
  '--fingerprint "$(cat /mnt/stick/fingerprint)" --fallback-fingerprint "$(cat /mnt/stick/fallback-fingerprint)"';

const checkedBy = (text: string): string => /checked by [^:]+: (.+)/.exec(text)?.[1] ?? 'nothing';

/** A forged list, package and signature are refused by the system's own openssl, before anything is installed. */
async function refusesForged(on: BootedRoot): Promise<void> {
  for (const change of [
    "sed -i '1s/^./x/' SHA256SUMS",
    'echo x >>"$(ls sallyport-agent_*_amd64.deb)"',
    'for f in SHA256SUMS.sig SHA256SUMS.p256.sig; do head -c 20 "$f" >"$f.cut"; mv "$f.cut" "$f"; done',
  ]) {
    const { status, text } = await on.sh(
      `rm -rf /root/forged; mkdir /root/forged; cd /mnt/stick; cp install.sh SHA256SUMS* *.pem sallyport-agent_*_amd64.deb /root/forged/
       cd /root/forged; ${change}; sh ./install.sh agent ${paper}`,
    );
    must(status === 1 && /not signed by|not the one that was signed/.test(text), `after ${change}: ${status} ${text}`);
  }
  await well(on, 'rm -rf /root/forged; ! dpkg -s sallyport-agent 2>/dev/null');
}

/** The agent is installed, takes an inventory, and its unit is one that this systemd reads. */
async function agentAlone(on: BootedRoot): Promise<string> {
  const refused = await on.sh(`sh /mnt/stick/install.sh appliance ${paper}`);
  must(refused.status === 2 && refused.text.includes('the appliance needs'), `the appliance: ${refused.text}`);
  const text = await well(on, `sh /mnt/stick/install.sh agent ${paper}`);
  await well(on, 'sallyport-agent once --out /root/inventory.json && test -s /root/inventory.json');
  const unit = await well(on, 'systemd-analyze verify --man=no sallyport-agent.service');
  must(unit.trim() === '', `the unit: ${unit}`);
  return checkedBy(text);
}

/** The appliance serves, `doctor` is content, a backup is made, and the agent beside it is let in. */
async function applianceAndAgent(on: BootedRoot): Promise<string> {
  const text = await well(
    on,
    `sh /mnt/stick/install.sh appliance ${paper} -- --site systems-1 --address localhost --yes`,
  );
  await pageServed(on);
  await well(on, 'sallyport doctor && sallyport backup create --out /root/first.spb && test -s /root/first.spb');
  const ca = /(?:[0-9a-f]{4}[ :]?){16}/.exec(/CA fingerprint.*/.exec(text)?.[0] ?? '')?.[0] ?? '';
  must(ca !== '', `setup named no fingerprint: ${text}`);
  await well(
    on,
    `grep -q localhost /etc/hosts || echo 127.0.0.1 localhost >>/etc/hosts
     sh /mnt/stick/install.sh agent ${paper} &&
     sallyport trust import /mnt/stick/trust.tar --fingerprint "$(cat /mnt/stick/root-fingerprint)" && sallyport token create --for agent --out /root/line &&
     { sallyport-agent enrol --server https://localhost --token-file /root/line/secret --fingerprint '${ca}' >/root/enrol.log 2>&1 & }`,
  );
  await letIn(on);
  return checkedBy(text);
}

/** Waits for the device that asked, approves it, and waits for its inventory. */
async function letIn(on: BootedRoot): Promise<void> {
  await well(
    on,
    `list() { sallyport device list --json | tr -d '\\n'; }
     for i in $(seq 120); do list | grep -q '"state": *"pending"' && break; sleep 1; done
     id=$(list | sed -n 's/.*"id": *"\\{0,1\\}\\([0-9A-Za-z-]*\\).*/\\1/p')
     sallyport device approve "$id" || { cat /root/enrol.log; exit 1; }
     for i in $(seq 120); do systemctl is-active --quiet sallyport-agent.service && break; sleep 1; done
     for i in $(seq 120); do list | grep -q '"lastSeen": *"2' && exit 0; sleep 1; done; list; exit 1`,
  );
}

/** Every system in turn; says a line of the table for each. */
export async function runSystems({ stick, work, say }: Place): Promise<void> {
  const folder = join(work, 'systems');
  mkdirSync(folder, { recursive: true });
  const machine = join(work, 'system-machine');
  const trust = join(stick, 'trust.tar');
  rmSync(trust, { force: true });
  const host = connectedHost(join(work, 'host-of-systems'));
  const { fingerprint } = host.run<{ fingerprint: string }>('trust', 'export', '--out', trust);
  writeFileSync(join(stick, 'root-fingerprint'), fingerprint);
  for (const system of systems) {
    const root = rootOf(system, folder);
    if (root === undefined) {
      say(`${system.name}: its packages cannot be had from here, not tried`);
      continue;
    }
    copyOf(root, machine);
    const on = await bootRoot(machine, stick);
    try {
      const versions = await versionsOf(on);
      await refusesForged(on);
      const checked = await (system.takes === 'appliance' ? applianceAndAgent(on) : agentAlone(on));
      say(
        `${system.name}: ${system.takes === 'appliance' ? 'appliance and agent' : 'agent'}; ${versions}; checked by ${checked}`,
      );
    } finally {
      await on.cut();
    }
  }
}
