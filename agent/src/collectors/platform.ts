import { arch as machineArch } from 'node:os';
import { parseDpkgStatus } from '../dpkg/status.ts';
import { kernelRelease, type RootFiles } from '../platform/root-files.ts';
import { aptSuites } from './apt-suites.ts';
import { type Collector, clean, item } from './collector.ts';
import { osRelease } from './os-release.ts';
import { virtualKind } from './virtual.ts';

const debianArch: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'armhf',
  ia32: 'i386',
  ppc64: 'ppc64el',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** dpkg's own architecture: that of the dpkg package, else what its database names. */
const dpkgArch = (files: RootFiles): string => {
  const named = (files.text('var/lib/dpkg/arch') ?? '').split('\n')[0]?.trim() ?? '';
  if (named !== '') return named;
  const status = files.text('var/lib/dpkg/status', 128 * 1024 * 1024) ?? '';
  const own = parseDpkgStatus(status).find((found) => found.name === 'dpkg');
  return own?.arch ?? (files.isMachine ? (debianArch[machineArch()] ?? machineArch()) : '');
};

/** Whether the device installs updates by itself. */
const updateAgent = (files: RootFiles): string | undefined => {
  const folder = 'etc/apt/apt.conf.d';
  const settings = files.names(folder).map((name) => files.text(`${folder}/${name}`) ?? '');
  const values = settings.flatMap((text) => [
    ...text.matchAll(/^\s*APT::Periodic::Unattended-Upgrade\s+"(\d+)"\s*;/gim),
  ]);
  const last = values.at(-1)?.[1];
  if (last === undefined) return files.has('usr/bin/apt-get') ? 'manual' : undefined;
  return last === '0' ? 'manual' : 'automatic';
};

/** `VERSION_ID`; of openEuler with the service pack (`22.03 (LTS-SP3)`), since its advisories are written for one. */
const releaseOf = (os: Readonly<Record<string, string>>): string | undefined => {
  const pack = os['ID'] === 'openEuler' ? /^(\d\d\.\d\d) \((LTS(?:-SP\d)?)\)$/.exec(os['VERSION'] ?? '') : null;
  return pack === null ? os['VERSION_ID'] : `${pack[1]}-${pack[2]}`;
};

export const collector: Collector = {
  collection: 'platform',
  followsPackages: true,
  collect: async ({ files }) => {
    const os = osRelease(files);
    return [
      item({
        vendor: clean(os['ID'] ?? 'linux', 100),
        name: clean(os['PRETTY_NAME'], 200),
        release: clean(releaseOf(os), 100),
        codename: clean(os['VERSION_CODENAME'], 100),
        build: clean(files.text('etc/debian_version') ?? os['BUILD_ID'], 200),
        arch: clean(dpkgArch(files), 50),
        kernel: files.isMachine ? clean(kernelRelease(files), 200) : undefined,
        suites: aptSuites(files),
        updateAgentState: updateAgent(files),
        vmType: files.isMachine ? virtualKind(files) : undefined,
      }),
    ];
  },
};
