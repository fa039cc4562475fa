import { createHash } from 'node:crypto';
import { MAINTAINERS } from './maintainers.ts';
import { archiveIn } from './package-archive.ts';

// Whether a distribution publishes a package itself, by what the package says of who made it: `Maintainer` of dpkg, `Vendor` of
// rpm. rpm's vendor is written by who builds all packages of a distribution. A maintainer of Debian is a team or a person, by name,
// and has other packages as well: there the name says only that the index has packages of theirs.

/** `may-be`: somebody who has packages in the distribution's index, and others. */
type PublisherVerdict = 'own' | 'may-be' | 'other' | 'unknown';

/** What `Vendor` is in packages of a distribution, by OSV's name of it. Red Hat builds EPEL as Fedora. */
const VENDORS: ReadonlyMap<string, RegExp> = new Map([
  ['AlmaLinux', /^almalinux\b/i],
  ['Rocky Linux', /^rocky\b/i],
  ['Red Hat', /^red hat\b/i],
  ['Oracle Linux', /^oracle (?:america|usa)\b/i],
  ['Fedora', /^fedora project\b/i],
  ['Amazon Linux', /^amazon(?:\.com| linux| aws)?\b/i],
  ['Azure Linux', /^microsoft corporation\b/i],
  ['SUSE', /^(?:opensuse|suse)\b/i],
  ['openSUSE', /^(?:opensuse|suse)\b/i],
  ['Mageia', /^mageia\b/i],
  ['openEuler', /^(?:https?:\/\/)?(?:www\.)?openeuler\b/i],
  ['Photon OS', /^(?:vmware|broadcom)\b/i],
]);

const DPKG_OWN = /\b(?:debian|ubuntu|canonical)\b/i;

/** Of a maintainer's name without address: enough of SHA-256 to tell some thousand apart, in hex. */
export const maintainerDigest = (name: string): string =>
  createHash('sha256').update(name.trim().toLowerCase()).digest('hex').slice(0, 8);

/** A publisher as a person reads it: the archive where that is another's, else without address and site. */
export const publisherName = (publisher: string): string =>
  archiveIn(publisher) ?? publisher.replace(/\s*<[^<>]*>\s*$/, '').trim();

/** By an ecosystem's distribution whether it publishes what a package says is from `publisher`. */
export function publisherVerdict(ecosystem: string, publisher: string): PublisherVerdict {
  const text = publisher.trim();
  if (text === '' || text === '(none)') return 'unknown';
  const name = ecosystem.split(':', 1)[0] ?? '';
  if (name === 'Debian' || name === 'Ubuntu') {
    if (archiveIn(text) !== undefined) return 'other';
    const maintainer = publisherName(text);
    if (DPKG_OWN.test(maintainer)) return 'own';
    return MAINTAINERS.has(maintainerDigest(maintainer)) ? 'may-be' : 'other';
  }
  const vendor = VENDORS.get(name);
  if (vendor === undefined) return 'unknown';
  // What is signed otherwise than the rest of the system says by whom (agent/src/rpm/signers.ts).
  const signer = archiveIn(text);
  const maker = signer === undefined ? text : text.slice(0, text.lastIndexOf('[')).trim();
  const names = [maker, signer ?? ''].filter((one) => one !== '');
  return names.every((one) => vendor.test(one)) ? 'own' : 'other';
}

/**
 * Whether records of a distribution's advisories judge a package: it publishes the package itself, or they name it. `isIndexed`:
 * its index has a package of this name. A package of this name by somebody else is another than the one that they name.
 */
export function isSpokenOf(package_: {
  readonly ecosystem: string;
  readonly publishers: readonly string[];
  readonly isIndexed: boolean;
  readonly isNamed: boolean;
}): boolean {
  const { ecosystem, publishers, isIndexed, isNamed } = package_;
  const verdicts = publishers.length === 0 ? ['unknown'] : publishers.map((one) => publisherVerdict(ecosystem, one));
  if (verdicts.includes('other')) return isNamed && !isIndexed;
  return verdicts.includes('own') || isNamed || isIndexed;
}
