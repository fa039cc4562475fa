import { normalisePackage } from '@sallyport/bundle-tools/advisories/package-name';
import { ecosystemOf, namesSources } from '@sallyport/bundle-tools/versions/ecosystem';
import { PAID_STREAM, paidEcosystem } from '@sallyport/bundle-tools/versions/edition';
import { languageEcosystem } from '@sallyport/bundle-tools/versions/languages';
import { streamOfPurl } from '@sallyport/bundle-tools/versions/module-stream';
import { readPurl } from '@sallyport/bundle-tools/versions/purl';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';

// From what a device reports to what advisories are written about. A distribution's advisories speak of source packages
// of one release; a language's advisories speak of the package itself, on any system.

/** What a device runs, as far as it decides which advisories apply. */
export type Platform = {
  readonly vendor: string;
  readonly release: string;
  /** It takes packages from an edition that is paid for. */
  readonly isPaid?: boolean;
};

/** What components of items are known under: the release, or its edition. */
export const releaseOf = (platform: Platform | undefined): string => {
  const eco = platform === undefined ? null : ecosystemOf(platform);
  if (eco === null) return '';
  return (platform?.isPaid === true ? paidEcosystem(eco) : undefined) ?? eco;
};

/** The fields of a software item that name its component. */
export type SoftwareIdentity = {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly source?: string;
  readonly sourceVersion?: string;
};

/** Ecosystem with release, package as its advisories name it, version as the inventory reported it. */
export type Component = {
  readonly eco: string;
  readonly name: string;
  readonly version: string;
  /** Module and stream that it was built in, by its label, or that its system has an edition that is paid for; absent: neither. */
  readonly stream?: string;
};

/** The memcomparable key of a component's version; null: it cannot be compared. */
export const keyOfComponent = ({ eco, version }: Component): Uint8Array | null => keyFor(eco, version);

/** Types of a system's own packages, by the package manager that orders their versions. */
const FAMILIES = { deb: 'dpkg', rpm: 'rpm', apk: 'apk' } as const;

export const familyOf = (type: string): 'dpkg' | 'rpm' | 'apk' | undefined => FAMILIES[type as keyof typeof FAMILIES];

/** The ecosystem of a system's own package; null where the item is none, or its release is not known. */
export const systemEcosystem = (type: string, platform: Platform | undefined): string | null => {
  const family = familyOf(type);
  return family === undefined || platform === undefined ? null : ecosystemOf({ ...platform, family });
};

/**
 * Whether an item lacks what its component needs: advisories of its system are written about source packages, and it does
 * not name its own. See source-name-queries.ts.
 */
export const lacksSource = (item: SoftwareIdentity, platform: Platform | undefined): boolean => {
  if ((item.source ?? '') !== '') return false;
  const eco = systemEcosystem(item.type, platform);
  return eco !== null && namesSources(eco);
};

/** Kinds of packages that no source which a host reads writes about, and that updates here do not reach. */
export const UNMANAGED: ReadonlySet<string> = new Set(['snap', 'flatpak', 'container']);

const languageComponent = (item: SoftwareIdentity): Component | undefined => {
  const purl = readPurl(item.purl ?? '');
  const eco = purl && languageEcosystem(purl.type);
  if (purl === undefined || eco === undefined) return undefined;
  const path = purl.namespace === '' ? purl.name : `${purl.namespace}${eco === 'Maven' ? ':' : '/'}${purl.name}`;
  return { eco, name: normalisePackage(eco, path), version: item.version };
};

/**
 * The component of an item on a platform. undefined: nothing is ever published about it (a package of a distribution
 * whose release is unknown, or software that only a curated product map could name).
 */
export const componentOf = (item: SoftwareIdentity, platform: Platform | undefined): Component | undefined => {
  // Counted as any other, so that what is not judged is known by its kind.
  if (UNMANAGED.has(item.type)) return { eco: item.type, name: item.name, version: item.version };
  if (familyOf(item.type) === undefined) return languageComponent(item);
  const eco = systemEcosystem(item.type, platform);
  // rpm keys the public keys of repositories as packages.
  if (eco === null || (item.type === 'rpm' && item.name === 'gpg-pubkey')) return undefined;
  if (!namesSources(eco)) {
    const stream = item.type === 'rpm' ? streamOfPurl(item.purl ?? '') : '';
    return { eco, name: item.name, version: item.version, ...(stream === '' ? {} : { stream }) };
  }
  // A rebuild (+b1) changes only the binary version.
  const component = { eco, name: item.source || item.name, version: item.sourceVersion || item.version };
  return releaseOf(platform) === eco ? component : { ...component, stream: PAID_STREAM };
};
