// The leak scan: the finished request is searched for everything that names a device or a person of the site. A hit
// blocks writing.
//
// The rule.
// - What is searched are the signed bytes, parsed again: every text in them, with the receipts inside opened. Digests,
//   random numbers and keys are of our own making, 32 bytes or longer in hex or base64; they are left out.
// - What the format and the programme itself write (kinds of wants, codes, names of formats) is left out as well, where it stands
//   in its own field: it is the same on every site. The same word in any other text is searched.
// - Text is cut into tokens: runs of letters or of digits and letters, case folded. A value hits where its tokens follow
//   each other, whatever stands between: `10.1.2.3` is found in `10-1-2-3`, `aa:bb:cc:dd:ee:ff` also as `aabbccddeeff`.
// - An address, a MAC, a serial number and a machine id hit wherever they stand. Versions are the exception, since they
//   look like addresses: there an address hits only as it is written and not inside a longer number, and one that is the
//   whole upstream version of a package (`10.0.0.1-2`) is that version.
// - A name (host, domain, account, person) hits wherever it stands, but for the fields that carry the public names of
//   packages, systems and suites. There it is no hit if it is exactly the name of a system of the request (one called
//   `astra-1-7`), if it is one of the words below that package names are made of, if the name of the package is public as a
//   whole (a computer called `control` beside `gnome-control-center`), or if the catalogue has the suite. How many devices
//   report a text says nothing: a package that is called after a computer stands on its spare, too.
// - A name of digits alone, a word that packagers write into versions, and a word of a version that the catalogue has
//   (`amzn2`) is no hit in the version of a public package either. Names of distributions are none in the fields that name a
//   system.
// - A name is also found inside a word, its own words joined (`kostanay-hmi44` in `libkostanayhmi44`): from 6 characters with
//   a digit, from 8 without.
// - Names of one or two characters are compared only where nothing public stands.
// - The name of the site stands in every request and on the site card; a host called by a part of it does not stop it.
// - Numbers that the writer counts itself (its request, versions, volumes, bytes) hold no name: a computer called `80` may be
//   there beside request 80. A number in any other field is searched like a text.

import { readPurl } from '@sallyport/bundle-tools/versions/purl';
import { AppError } from '../../platform/errors.ts';
import { type Leaf, leavesOf, tokensOf } from './leak-leaves.ts';
import type { IdentityKind, Leak, LeakScan } from './types.ts';

/** A value that must not leave, what it is, and the devices that have it. */
export type IdentityValue = { readonly kind: IdentityKind; readonly value: string; readonly device: number };

const NAME_KINDS: ReadonlySet<IdentityKind> = new Set(['host', 'domain', 'account', 'person']);
const KINDS: readonly IdentityKind[] = ['host', 'domain', 'address', 'mac', 'account', 'person', 'serial', 'machine'];

// Words of which package, suite and system names are made; a host or an account called so says nothing.
const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    'debian ubuntu linux localhost localdomain local host server client desktop workstation laptop kernel root admin user ' +
    'users guest test demo main default system systemd daemon service services web www db data sql mail proxy backup print ' +
    'printer file files git docker node python perl ruby java php mysql postgres postgresql redis mongodb nginx apache www ' +
    'bin lib dev doc docs common utils tools core base amd64 arm64 i386 all stable testing unstable security updates ' +
    'backports trixie bookworm bullseye sid noble jammy focal almalinux rocky rhel fedora alpine home lan net network dns ' +
    'dhcp ntp ssh vpn gateway router firewall monitor monitoring log logs syslog build builder runner ci app apps api man ' +
    'games news list lists irc sync operator update upgrade manager master worker agent sallyport administrator'
  ).split(/\s+/),
);

// Words of which names of distributions, their releases and suites are made.
const SYSTEM_WORDS: ReadonlySet<string> = new Set(
  (
    'debian ubuntu linux enterprise server alma almalinux rocky rhel redhat red hat fedora centos stream oracle ol amazon amzn ' +
    'suse opensuse sles sled sle leap tumbleweed micro mageia openeuler azure azurelinux microsoft mariner photon vmware os ' +
    'alpine edge wolfi chainguard minimos echo lts eus main updates security backports proposed pro esm baseos appstream ' +
    'jessie stretch buster bullseye bookworm trixie forky duke sid xenial bionic focal jammy noble oracular plucky questing ' +
    'extras rpms repo oss product module basesystem applications pool latest amzn2 core community amazonlinux'
  ).split(/\s+/),
);
// Words that packagers write into versions: `1.0~beta2`, `2.1+really2.0+dfsg`.
const VERSION_WORDS: ReadonlySet<string> = new Set(
  'alpha beta rc pre preview dfsg ds really repack snapshot final release ga module git svn hg bzr nmu build ubuntu'.split(
    ' ',
  ),
);

/** The forms in which a value is looked for: its tokens, and where it is written with separators also joined. */
const formsOf = (identity: IdentityValue): string[][] => {
  const tokens = tokensOf(identity.value);
  if (tokens.length === 0) return [];
  const joinable = identity.kind === 'mac' || identity.kind === 'machine' || identity.kind === 'serial';
  return joinable && tokens.length > 1 ? [tokens, [tokens.join('')]] : [tokens];
};

// Shorter names stand in many words by chance.
const minJoined = { withDigit: 6, letters: 8 } as const;
const gramLength = minJoined.withDigit;
const digest = /^[0-9a-f]{32,}$/;

/** The form in which a name is looked for inside words; none where it is too short, or of digits alone. */
const joinedForm = ({ kind, value }: IdentityValue): string | undefined => {
  if (!NAME_KINDS.has(kind)) return undefined;
  const form = tokensOf(value).join('');
  if (!/\p{L}/u.test(form)) return undefined;
  return form.length >= (/\p{N}/u.test(form) ? minJoined.withDigit : minJoined.letters) ? form : undefined;
};

/**
 * The texts that hold a name inside a word or across separators, by the name. Every text is read once whatever the number of
 * names: a name is tried where its last characters stand.
 */
const findJoined = (leaves: readonly Leaf[], identities: Iterable<IdentityValue>): Map<IdentityValue, Set<number>> => {
  const byGram = new Map<string, { form: string; identity: IdentityValue }[]>();
  for (const identity of identities) {
    const form = joinedForm(identity);
    if (form === undefined) continue;
    const gram = form.slice(-gramLength);
    const held = byGram.get(gram);
    if (held) held.push({ form, identity });
    else byGram.set(gram, [{ form, identity }]);
  }
  const found = new Map<IdentityValue, Set<number>>();
  if (byGram.size === 0) return found;
  for (const [leaf, { text }] of leaves.entries()) {
    const words = tokensOf(text).filter((token) => !digest.test(token));
    const joined = words.join('');
    for (let end = gramLength; end <= joined.length; end += 1)
      for (const { form, identity } of byGram.get(joined.slice(end - gramLength, end)) ?? []) {
        const start = end - form.length;
        if (start < 0 || !joined.startsWith(form, start)) continue;
        // `hmi44` is not in `hmi441`.
        if (/\p{N}$/u.test(form) && /^\p{N}/u.test(joined.slice(end))) continue;
        if (/^\p{N}/u.test(form) && /\p{N}$/u.test(joined.slice(0, start))) continue;
        const held = found.get(identity);
        if (held) held.add(leaf);
        else found.set(identity, new Set([leaf]));
      }
  }
  return found;
};

type Position = { readonly leaf: number; readonly at: number };

const indexTokens = (leaves: readonly Leaf[]): { tokens: string[][]; index: Map<string, Position[]> } => {
  const index = new Map<string, Position[]>();
  const tokens = leaves.map((leaf) => tokensOf(leaf.text));
  for (const [leaf, words] of tokens.entries())
    for (const [at, word] of words.entries()) {
      const held = index.get(word);
      if (held) held.push({ leaf, at });
      else index.set(word, [{ leaf, at }]);
    }
  return { tokens, index };
};

const isOwnVersion = (identity: IdentityValue, leaf: Leaf): boolean => {
  if (identity.kind !== 'address' || !leaf.isVersion) return false;
  const version = leaf.text.replace(/^\d+(:|%3A)/i, '');
  return (
    version === identity.value ||
    (/^[-+~]/.test(version.slice(identity.value.length)) && version.startsWith(identity.value))
  );
};

/** The names in a public text: the text itself and its parts; of a package URL not the namespace, which a site can make. */
const wholeNames = (text: string): string[] => {
  const purl = readPurl(text);
  const parts = purl ? [purl.type, purl.name] : text.includes('/') ? [text, ...text.split('/')] : [text];
  return parts.map((part) => part.toLowerCase());
};

/** The names of a public text that explain a value of the same name anywhere: of a package only where it is public. */
const ownNames = (leaf: Leaf, known: Known): string[] => {
  if (leaf.packages.length === 0 && !leaf.isSystem) return wholeNames(leaf.whole);
  const isPublic = leaf.packages.some(
    (name) => known.isPublicPackage(name) || known.isPublicPackage(name.toLowerCase()),
  );
  if (isPublic) return leaf.isVersion ? [] : wholeNames(leaf.whole);
  // A suite is what a device has in its sources: a site can call one after a computer.
  return leaf.packages.length > 0 || /\.suites\[/.test(leaf.field) ? [] : wholeNames(leaf.text);
};

const isInsideVersion = (identity: IdentityValue, leaf: Leaf): boolean => {
  if (identity.kind !== 'address' || !leaf.isVersion) return false;
  const at = leaf.text.toLowerCase().indexOf(identity.value.toLowerCase());
  if (at < 0) return true;
  const after = leaf.text.slice(at + identity.value.length);
  return /[0-9.]$/.test(leaf.text.slice(0, at)) || /^\.?[0-9]/.test(after);
};

/** The systems of a request, each by the tokens of its vendor and release: `demo line 1` of `dpkg:demo-line:1`. */
const systemsOf = (request: unknown): Set<string> => {
  const { platforms } = (request ?? {}) as { platforms?: unknown };
  const named = Array.isArray(platforms) ? (platforms as ReadonlyArray<{ vendor?: unknown; release?: unknown }>) : [];
  return new Set(named.map(({ vendor, release }) => tokensOf(`${String(vendor)} ${String(release)}`).join(' ')));
};

const isExplained = (
  identity: IdentityValue,
  leaf: Leaf,
  publicNames: ReadonlySet<string>,
  systems: ReadonlySet<string>,
  known: Known,
): boolean => {
  if (isInsideVersion(identity, leaf) || isOwnVersion(identity, leaf)) return true;
  if (!NAME_KINDS.has(identity.kind) || !leaf.isPublic) return false;
  const folded = identity.value.normalize('NFKC').toLowerCase();
  if (folded.length <= 2 || publicNames.has(folded)) return true;
  const isMadeOf = (words: ReadonlySet<string>, numbers: RegExp): boolean =>
    tokensOf(folded).every((token) => words.has(token) || numbers.test(token));
  if (isMadeOf(COMMON_WORDS, /^\d{1,3}$/)) return true;
  if (leaf.isSystem && isMadeOf(SYSTEM_WORDS, /^\d{1,3}$/)) return true;
  if (leaf.isSystem && systems.has(tokensOf(folded).join(' '))) return true;
  if (leaf.isSystem && known.isPublicSuite(leaf.whole.slice(leaf.whole.indexOf('/') + 1))) return true;
  if (!leaf.packages.some((name) => known.isPublicPackage(name) || known.isPublicPackage(name.toLowerCase())))
    return false;
  return (
    !leaf.isVersion ||
    isMadeOf(VERSION_WORDS, /^\d+$/) ||
    known.isVersionWord(tokensOf(folded), [...leaf.packages, ...(leaf.source === undefined ? [] : [leaf.source])])
  );
};

/** What tells a public text from one of the site: the list of public packages, the catalogue and its feeds. */
export type Known = {
  /** Whether a whole name is that of a public package. */
  readonly isPublicPackage: (name: string) => boolean;
  /** Whether the catalogue has a suite or repository of this id. */
  readonly isPublicSuite: (id: string) => boolean;
  /** Whether these tokens follow each other in a version that the catalogue has, or that a feed has of one of the packages. */
  readonly isVersionWord: (tokens: readonly string[], packages: readonly string[]) => boolean;
};

type LeakOfValue = {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly isWord: boolean;
  readonly places: readonly { readonly field: string; readonly text: string }[];
};

/** Where nothing is known of packages: texts of people. */
export const KNOWS_NOTHING: Known = {
  isPublicPackage: () => false,
  isPublicSuite: () => false,
  isVersionWord: () => false,
};

/**
 * Searches a request, parsed from the bytes that will be sealed, for the identity values of the site. `allowed` are
 * words that an administrator has judged harmless; they are folded like names.
 */
export const scanForLeaks = (
  request: unknown,
  identities: Iterable<IdentityValue>,
  known: Known,
  allowed: ReadonlySet<string> = new Set(),
): LeakScan => {
  const leaves = leavesOf(request);
  const { tokens, index } = indexTokens(leaves);
  const systems = systemsOf(request);
  const publicNames = new Set(leaves.flatMap((leaf) => (leaf.isPublic ? ownNames(leaf, known) : [])));
  const values = new Map<string, IdentityValue>();
  for (const identity of identities) values.set(`${identity.kind}\0${identity.value}`, identity);
  const joined = findJoined(leaves, values.values());
  const counts = new Map<IdentityKind, { values: number; found: number }>(
    KINDS.map((kind) => [kind, { values: 0, found: 0 }]),
  );
  const leaks: Leak[] = [];
  for (const identity of values.values()) {
    const count = counts.get(identity.kind);
    if (!count) continue;
    count.values += 1;
    if (NAME_KINDS.has(identity.kind) && allowed.has(identity.value.toLowerCase())) continue;
    const hits = new Set(joined.get(identity));
    for (const form of formsOf(identity))
      for (const { leaf, at } of index.get(form[0] ?? '') ?? [])
        if (form.every((token, offset) => tokens[leaf]?.[at + offset] === token)) hits.add(leaf);
    const unexplained = [...hits].flatMap((at) => {
      const leaf = leaves[at];
      return leaf && !isExplained(identity, leaf, publicNames, systems, known) ? [leaf] : [];
    });
    if (unexplained.length > 0) count.found += 1;
    for (const leaf of unexplained.slice(0, 20))
      leaks.push({ kind: identity.kind, value: identity.value, field: leaf.field, text: leaf.whole.slice(0, 200) });
  }
  return {
    searched: KINDS.map((what) => ({ what, ...(counts.get(what) ?? { values: 0, found: 0 }) })),
    leaks: leaks.slice(0, 1000),
  };
};

/** What was found, a value once, with all its places. Only words can be allowed: the setting is of names. */
export function leaksByValue(leaks: readonly Leak[]): LeakOfValue[] {
  const byValue = new Map<string, LeakOfValue & { places: { field: string; text: string }[] }>();
  for (const { kind, value, field, text } of leaks) {
    const key = `${kind}\0${value}`;
    const held = byValue.get(key) ?? { kind, value, isWord: NAME_KINDS.has(kind), places: [] };
    held.places.push({ field, text });
    byValue.set(key, held);
  }
  return [...byValue.values()];
}

const MAX_NAMED = 5;

/** Refuses with FINDINGS where something was found: the message names words, places and the setting, the details all. */
export function assertSilent(what: string, { leaks }: LeakScan): void {
  if (leaks.length === 0) return;
  const found = [...new Set(leaks.map(({ kind, value, field, text }) => `${kind} "${value}" in ${field} (${text})`))];
  const more = found.length > MAX_NAMED ? `, and ${found.length - MAX_NAMED} more` : '';
  throw new AppError(
    'FINDINGS',
    `${what} must not leave: ${found.slice(0, MAX_NAMED).join(', ')}${more}. Rename what carries the word, or have an administrator add it to the setting exchange.allowed-words if it is harmless`,
    { leaks: leaks.slice(0, 100) },
  );
}
