const major = (release: string): string => release.split('.', 1)[0] ?? '';

/** Even years' April releases of Ubuntu carry long-term support, and OSV says so in the ecosystem. */
const isUbuntuLts = (release: string): boolean => /^\d[02468]\.04$/.test(release);

/**
 * The OSV ecosystem of a platform as devices report it (`ID` and `VERSION_ID` of os-release); null when unknown.
 * A platform without a release has no ecosystem: advisories of one release never apply to another.
 */
export const ecosystemOf = (platform: { vendor: string; release: string }): string | null => {
  const { release } = platform;
  if (!/^\d+(\.\d+)*$/.test(release)) return null;
  switch (platform.vendor.toLowerCase()) {
    case 'debian':
      return `Debian:${major(release)}`;
    case 'ubuntu':
      return `Ubuntu:${release}${isUbuntuLts(release) ? ':LTS' : ''}`;
    case 'almalinux':
      return `AlmaLinux:${major(release)}`;
    case 'rocky':
    case 'rocky linux':
      return `Rocky Linux:${major(release)}`;
    case 'rhel':
    case 'red hat':
      return `Red Hat:enterprise_linux:${major(release)}`;
    case 'opensuse-leap':
      return `openSUSE:Leap ${release}`;
    case 'alpine':
      return `Alpine:v${release.split('.').slice(0, 2).join('.')}`;
    default:
      return null;
  }
};
