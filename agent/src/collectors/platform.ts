import { arch as machineArch } from 'node:os';
import { parseDpkgStatus } from '../dpkg/status.ts';
import { kindsRead, lookedBeside } from '../packages/beside.ts';
import { kernelRelease, type RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, item } from './collector.ts';
import { osRelease } from './os-release.ts';
import { virtualKind } from './virtual.ts';

// The suites that a device takes packages from: one-line `.list` files and deb822 `.sources` files.

const maxSuites = 100;

const ofList = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .map((line) => /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)/.exec(line)?.[1])
    .filter((suite) => suite !== undefined);

const stanzaFields = (stanza: string): Map<string, string> => {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current) ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    current = line.slice(0, colon).toLowerCase();
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
};

const ofSources = (text: string): string[] =>
  text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = stanzaFields(stanza);
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(?:no|false|off|0)$/i.test(fields.get('enabled') ?? '')) return [];
    return words('suites');
  });

/** Suites of all enabled sources, sorted, each once. A flat repository (`./`) has no suite. */
export const aptSuites = (files: RootFiles): string[] => {
  const folder = 'etc/apt/sources.list.d';
  const suites = [
    ...ofList(files.text('etc/apt/sources.list') ?? ''),
    ...files.names(folder).flatMap((name) => {
      const text = files.text(`${folder}/${name}`) ?? '';
      if (name.endsWith('.list')) return ofList(text);
      return name.endsWith('.sources') ? ofSources(text) : [];
    }),
  ];
  return [...new Set(suites)]
    .filter((suite) => !suite.endsWith('/') && suite.length <= 100)
    .sort()
    .slice(0, maxSuites);
};

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
  collect: async (context) => {
    const { files } = context;
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
        packageKinds: kindsRead(await lookedBeside(context)),
        updateAgentState: updateAgent(files),
        vmType: files.isMachine ? virtualKind(files) : undefined,
      }),
    ];
  },
};
