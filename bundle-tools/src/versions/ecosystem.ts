const major = (release: string): string => release.split('.', 1)[0] ?? '';

/** Even years' April releases of Ubuntu carry long-term support, and OSV says so in the ecosystem. */
const isUbuntuLts = (release: string): boolean => /^\d[02468]\.04$/.test(release);

type PlatformName = {
  vendor: string;
  release: string;
  /** The package manager of a vendor that has no ecosystem of its own; dpkg unless said otherwise. */
  family?: 'dpkg' | 'rpm' | undefined;
};

/**
 * The ecosystem of a platform as devices report it (`ID` and `VERSION_ID` of os-release): OSV's where it has one, else
 * `dpkg:<vendor>:<release>`, so that a vendor without public advisories still has comparable versions. Null without a
 * release: advisories of one release never apply to another.
 */
export const ecosystemOf = (platform: PlatformName): string | null => {
  const { release } = platform;
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]{0,49}$/.test(release)) return null;
  const vendor = platform.vendor.toLowerCase();
  switch (vendor) {
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
      return /^[a-z0-9][a-z0-9._-]{0,39}$/.test(vendor) ? `${platform.family ?? 'dpkg'}:${vendor}:${release}` : null;
  }
};
