import { line } from './fields.ts';
import type { Row } from './message.ts';

/** `ID` and `VERSION_ID` of os-release, as far as a report lets one know them; empty where it does not. */
export type System = { vendor: string; release: string; family: 'linux' | 'windows' | 'macos' | 'other' };

const vendors: ReadonlyArray<readonly [RegExp, string]> = [
  [/^debian/i, 'debian'],
  [/^(?:linux )?ubuntu/i, 'ubuntu'],
  [/^astra/i, 'astra'],
  [/^linux ?mint/i, 'linuxmint'],
  [/^red ?hat/i, 'rhel'],
  [/^rocky/i, 'rocky'],
  [/^alma ?linux/i, 'almalinux'],
  [/^centos/i, 'centos'],
  [/^oracle linux/i, 'ol'],
  [/^fedora/i, 'fedora'],
  [/^red ?os/i, 'redos'],
  [/^alt\b/i, 'altlinux'],
  [/^opensuse leap/i, 'opensuse-leap'],
  [/^opensuse tumbleweed/i, 'opensuse-tumbleweed'],
  [/^suse linux enterprise/i, 'sles'],
  [/^alpine/i, 'alpine'],
  [/windows/i, 'windows'],
  [/^(?:mac ?os|os x)/i, 'macos'],
  [/^freebsd/i, 'freebsd'],
  [/\bandroid\b/i, 'android'],
];

/** The version as os-release has it: Debian's has no point release, Ubuntu's two numbers. */
const releaseOf = (vendor: string, version: string): string => {
  const numbers = /\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  const parts = numbers.split('.');
  if (vendor === 'debian') return parts[0] ?? '';
  return vendor === 'ubuntu' ? parts.slice(0, 2).join('.') : numbers;
};

/** The system that a report is about; OCS has it in `hardware`, the others in `operatingsystem`. */
export const systemOf = (os: Row, hardware: Row): System => {
  const name = line(os, 'name') ?? line(os, 'full_name') ?? line(hardware, 'osname') ?? '';
  const version = line(os, 'version') ?? line(hardware, 'osversion') ?? '';
  const kernel = (line(os, 'kernel_name') ?? '').toLowerCase();
  // Agents of telephones put the version into the name, and the number of its interface where the version belongs.
  const android = /\bandroid (\d+(?:\.\d+)*)/i.exec(name)?.[1];
  const vendor =
    vendors.find(([pattern]) => pattern.test(name))?.[1] ??
    name
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40);
  const family =
    vendor === 'windows' || vendor === 'macos'
      ? vendor
      : kernel === 'linux' ||
          (kernel === '' && /linux|debian|ubuntu|centos|fedora|rhel|rocky|suse/.test(`${vendor} ${name}`.toLowerCase()))
        ? 'linux'
        : 'other';
  return { vendor, release: android ?? releaseOf(vendor, version), family };
};

/** Vendors whose packages are those of dpkg. */
export const isDpkgVendor = (vendor: string): boolean => /^(?:debian|ubuntu|astra|linuxmint)$/.test(vendor);
