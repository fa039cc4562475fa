import type { Runtime } from './runtime-tree.ts';

// The packages that are made of the repository. What a package installs besides its program lies in packaging/NAME and systemd/.

export type PackageSpec = {
  name: 'sallyport' | 'sallyport-host' | 'sallyport-agent';
  /** One line, and a paragraph of lines. */
  summary: string;
  description: readonly string[];
  /** A tree of files and where it lies on the target, or one executable. */
  program: { runtime: Runtime; home: string } | { executable: string };
  /** The command's file in the program; its help becomes the man page. */
  command: { name: string; file: string };
  /** Files of the repository by their place on the target. */
  files: Readonly<Record<string, string>>;
  /** Older Debian and Ubuntu read xz alone. */
  compression: 'zstd' | 'xz';
  debianDepends: string;
  rpmRequires: readonly string[];
};

const units = '/usr/lib/systemd/system';

export const packageSpecs: readonly PackageSpec[] = [
  {
    name: 'sallyport',
    summary: 'inventory and signed offline updates for isolated networks',
    description: [
      'The server on a network that never touches the internet: inventory of',
      'computers and controllers, matching with advisories, and updates that come',
      'in signed bundles on a medium. It brings the runtime that it needs.',
    ],
    program: {
      runtime: {
        workspaces: ['appliance', 'bundle-tools'],
        beside: ['ui/dist/assets', 'ui/dist/document-fonts', 'ui/help', 'systemd', 'packaging/sallyport/package-steps'],
      },
      home: '/opt/sallyport/package',
    },
    command: { name: 'sallyport', file: 'appliance/bin/sallyport.js' },
    files: {
      '/usr/bin/sallyport': 'packaging/sallyport/sallyport',
      [`${units}/sallyport.service`]: 'systemd/sallyport.service',
      [`${units}/sallyport-again.service`]: 'systemd/sallyport-again.service',
      [`${units}/sallyport-again.timer`]: 'systemd/sallyport-again.timer',
      [`${units}/sallyport-settle.service`]: 'systemd/sallyport-settle.service',
      [`${units}/sallyport-media@.service`]: 'systemd/sallyport-media@.service',
      [`${units}/sallyport-media-write@.service`]: 'systemd/sallyport-media-write@.service',
      [`${units}/sallyport-media-write@.path`]: 'systemd/sallyport-media-write@.path',
      '/usr/lib/udev/rules.d/70-sallyport-media.rules': 'systemd/70-sallyport-media.rules',
      '/usr/lib/sysusers.d/sallyport.conf': 'systemd/sallyport.sysusers',
      '/usr/lib/tmpfiles.d/sallyport.conf': 'systemd/sallyport.tmpfiles',
      '/usr/share/doc/sallyport/operations.md': 'docs/operations.md',
    },
    compression: 'zstd',
    debianDepends: 'libc6 (>= 2.34), libstdc++6 (>= 11), systemd (>= 250), udev',
    rpmRequires: ['glibc >= 2.34', 'libstdc++', 'systemd >= 250', 'systemd-udev', 'util-linux'],
  },
  {
    name: 'sallyport-host',
    summary: 'the connected side of Sallyport: catalogs and bundles for sites',
    description: [
      'The command sallyport-bundle, which gathers advisories and updates on a',
      'computer with a network, has people sign catalogs of them, and writes',
      'bundles for isolated sites. A timer reads the sources every night.',
    ],
    program: { runtime: { workspaces: ['bundle-tools'], beside: [] }, home: '/opt/sallyport-host' },
    command: { name: 'sallyport-bundle', file: 'bundle-tools/bin/sallyport-bundle.js' },
    files: {
      '/usr/bin/sallyport-bundle': 'packaging/sallyport-host/sallyport-bundle',
      [`${units}/sallyport-host-sync.service`]: 'systemd/sallyport-host-sync.service',
      [`${units}/sallyport-host-sync.timer`]: 'systemd/sallyport-host-sync.timer',
      [`${units}/sallyport-host-failed.service`]: 'systemd/sallyport-host-failed.service',
      '/opt/sallyport-host/systemd/sallyport-host-failed': 'systemd/sallyport-host-failed',
      '/usr/lib/sysusers.d/sallyport-host.conf': 'systemd/sallyport-host.sysusers',
    },
    compression: 'zstd',
    debianDepends: 'libc6 (>= 2.28), libstdc++6 (>= 8), systemd (>= 250)',
    rpmRequires: ['glibc >= 2.28', 'libstdc++', 'systemd', 'util-linux'],
  },
  {
    name: 'sallyport-agent',
    summary: 'the agent of Sallyport on a device',
    description: [
      'Reports what a computer has to the appliance of its site, and installs what',
      'people ordered and the signed chain covers.',
    ],
    program: { executable: '/usr/bin/sallyport-agent' },
    command: { name: 'sallyport-agent', file: 'agent/bin/sallyport-agent.js' },
    files: {
      [`${units}/sallyport-agent.service`]: 'systemd/sallyport-agent.service',
    },
    compression: 'xz',
    debianDepends: 'libc6 (>= 2.28), libstdc++6 (>= 8)',
    rpmRequires: ['glibc >= 2.28', 'libstdc++'],
  },
];
