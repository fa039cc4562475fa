// Things of which a source speaks, or of which none does: computers as files of a root, and controllers as facts of a project.

export type State = 'judged' | 'partly' | 'not-judged';
export type Subject = {
  readonly name: string;
  readonly system: string;
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links, and where they point. */
  readonly links?: Readonly<Record<string, string>>;
  readonly state: State;
  /** The reason that is named, where there is one. */
  readonly reason?: string;
};

const dpkg = (...packages: readonly (readonly [name: string, version: string, maker: string])[]): string =>
  packages
    .map(
      ([name, version, maker]) =>
        `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maker}\nArchitecture: amd64\nVersion: ${version}\n`,
    )
    .join('\n');
const debianMaker = 'Matthias Klose <doko@debian.org>';
const ubuntuMaker = 'Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>';
const chrome = ['google-chrome-stable', '139.0.7258.66-1', 'Chrome Linux Team <chromium-dev@chromium.org>'] as const;
const python = (name: string, version: string): Record<string, string> => ({
  [`usr/lib/python3/dist-packages/${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
});

const npm = (name: string, version: string): Record<string, string> => ({
  [`usr/local/lib/node_modules/${name}/package.json`]: JSON.stringify({ name, version }),
});
const bash13 = { 'var/lib/dpkg/status': dpkg(['bash', '5.2.37-2', debianMaker]) };

export const COMPUTERS: readonly Subject[] = [
  {
    name: 'distribution-with-feed',
    system: 'debian:13',
    files: { 'var/lib/dpkg/status': dpkg(['bash', '5.2.37-2', debianMaker]) },
    state: 'judged',
  },
  {
    name: 'distribution-without-feed',
    system: 'ubuntu:24.04',
    files: { 'var/lib/dpkg/status': dpkg(['bash', '5.2.21-2ubuntu4', ubuntuMaker]) },
    state: 'not-judged',
    reason: 'no-feed',
  },
  {
    name: 'distribution-unknown',
    system: 'plantos:7',
    files: { 'var/lib/dpkg/status': dpkg(['bash', '5.2.21-2', 'Plant <plant@plant.example>']) },
    state: 'not-judged',
  },
  {
    name: 'package-of-another-alone',
    system: 'debian:13',
    files: { 'var/lib/dpkg/status': dpkg(chrome) },
    state: 'not-judged',
    reason: 'other-publisher',
  },
  {
    name: 'package-of-another-beside',
    system: 'debian:13',
    files: { 'var/lib/dpkg/status': dpkg(['bash', '5.2.37-2', debianMaker], chrome) },
    state: 'partly',
    reason: 'other-publisher',
  },
  {
    name: 'pip-package-on-unjudged-system',
    system: 'ubuntu:24.04',
    files: {
      'var/lib/dpkg/status': dpkg(['bash', '5.2.21-2ubuntu4', ubuntuMaker]),
      ...python('requests', '2.32.3'),
    },
    // PyPI has a feed here, the system has none.
    state: 'partly',
    reason: 'no-feed',
  },
  {
    name: 'npm-package-without-feed',
    system: 'debian:13',
    files: { ...bash13, ...npm('lodash', '4.17.20') },
    state: 'partly',
    reason: 'no-feed',
  },
  {
    name: 'snap-beside',
    system: 'debian:13',
    files: { ...bash13, 'var/lib/snapd/snaps/lxd_29351.snap': '' },
    state: 'partly',
    reason: 'not-managed',
  },
  {
    name: 'flatpak-beside',
    system: 'debian:13',
    files: { ...bash13, 'var/lib/flatpak/app/org.plant.Viewer/x86_64/stable/d92e/metadata': '[Application]\n' },
    links: { 'var/lib/flatpak/app/org.plant.Viewer/x86_64/stable/active': 'd92e' },
    state: 'partly',
    reason: 'not-managed',
  },
  {
    name: 'docker-image-beside',
    system: 'debian:13',
    files: {
      ...bash13,
      'var/lib/docker/image/overlay2/repositories.json': JSON.stringify({
        Repositories: { historian: { 'historian:7': `sha256:${'e4'.repeat(32)}` } },
      }),
    },
    state: 'partly',
    reason: 'not-managed',
  },
  {
    name: 'containerd-images-unread',
    system: 'debian:13',
    files: {
      ...bash13,
      [`var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/${'a'.repeat(64)}`]: '{}',
    },
    state: 'partly',
    reason: 'list-not-whole',
  },
  {
    name: 'edition-past-its-support',
    system: 'ubuntu:18.04',
    files: { 'var/lib/dpkg/status': dpkg(['bash', '4.4.18-2ubuntu1', ubuntuMaker]) },
    state: 'partly',
    reason: 'support-paid',
  },
];

export const CONTROLLERS: readonly { name: string; facts: Readonly<Record<string, string>>; state: State }[] = [
  {
    name: 'maker-with-source',
    facts: { vendor: 'Siemens AG', orderNumber: '6ES7 515-2AM02-0AB0', firmware: 'V2.9.8' },
    state: 'judged',
  },
  {
    name: 'family-without-source',
    facts: { vendor: 'Siemens', orderNumber: '6GK5 208-0BA10-2AA3', firmware: 'V4.0' },
    state: 'partly',
  },
  {
    name: 'maker-without-source',
    facts: { vendor: 'Rockwell Automation/Allen-Bradley', model: '1756-L83E/B', firmware: '33.011' },
    state: 'not-judged',
  },
  {
    name: 'maker-unknown',
    facts: { vendor: 'Zqmaker GmbH', model: 'ZQ-100', firmware: '1.0' },
    state: 'not-judged',
  },
];
