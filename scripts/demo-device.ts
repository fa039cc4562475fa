import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const put = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** Installs a package file below `root` with dpkg alone: no scripts, no dependencies, nothing outside `root`. */
export const dpkgInstall = (root: string, file: string): void => {
  const done = spawnSync('dpkg', [`--root=${root}`, '--force-not-root', '--force-bad-path', '--install', file], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
  });
  if (done.status !== 0) throw new Error(`dpkg could not install ${file}: ${done.stderr}`);
};

type DemoDevice = {
  root: string;
  hostname: string;
  machineId: string;
  suites: readonly string[];
  repositoryUri: string;
  keyring: string;
};

/** Lays out a small system root: identity, release, package source, an empty dpkg database. */
export const layDemoDevice = ({ root, hostname, machineId, suites, repositoryUri, keyring }: DemoDevice): void => {
  put(join(root, 'etc/hostname'), `${hostname}\n`);
  put(join(root, 'etc/machine-id'), `${machineId}\n`);
  put(
    join(root, 'etc/os-release'),
    'PRETTY_NAME="Demo Line 1"\nNAME="Demo Line"\nID=demo-line\nVERSION_ID="1"\nVERSION_CODENAME=line\n',
  );
  put(
    join(root, 'etc/apt/sources.list.d/demo.sources'),
    `Types: deb\nURIs: ${repositoryUri}\nSuites: ${suites.join(' ')}\nComponents: main\nSigned-By: ${keyring}\n`,
  );
  put(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\noperator:x:1000:1000:Line operator:/home/operator:/bin/sh\n',
  );
  put(join(root, 'etc/group'), 'root:x:0:\nsudo:x:27:operator\noperator:x:1000:\n');
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  for (const file of ['status', 'available']) put(join(root, 'var/lib/dpkg', file), '');
  put(join(root, 'var/lib/dpkg/arch'), 'amd64\n');
  mkdirSync(join(root, 'var/log'), { recursive: true });
};
