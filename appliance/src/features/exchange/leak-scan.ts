// The leak scan: the finished request is searched for everything that names a device or a person of the site. A hit
// blocks writing.
//
// The rule.
// - What is searched are the signed bytes, parsed again: every text in them, with the receipts inside opened. Digests,
//   random numbers and keys are of our own making, 32 bytes or longer in hex or base64; they are left out.
// - Text is cut into tokens: runs of letters or of digits and letters, case folded. A value hits where its tokens follow
//   each other, whatever stands between: `10.1.2.3` is found in `10-1-2-3`, `aa:bb:cc:dd:ee:ff` also as `aabbccddeeff`.
// - An address, a MAC, a serial number and a machine id hit wherever they stand. Versions are the exception, since they
//   look like addresses: there an address hits only as it is written and not inside a longer number, and one that is the
//   whole upstream version of a package (`10.0.0.1-2`) is that version.
// - A name (host, domain, account, person) hits wherever it stands, but for the fields that carry the public names of
//   packages, systems and suites. There it is no hit if it is exactly the name of a package, system or suite of the request
//   (a computer called `nginx` beside the package `nginx`, one called `astra-1-7` where a system is named), if it is one of the words below that package names are made of,
//   if the name of the package is public as a whole (a computer called `control` beside `gnome-control-center`), or if
//   another device, which does not have the name, has the same package: then the text does not come from the name.
// - A name of digits alone, and a word that packagers write into versions, is no hit in the version of a public package
//   either. Names of distributions are none in the fields that name a system.
// - Names of one or two characters are compared only where nothing public stands.
// - The name of the site stands in every request and on the site card; a host called by a part of it does not stop it.
// - Numbers that the writer counts itself (its request, versions, volumes, bytes) hold no name: a computer called `80` may be
//   there beside request 80. A number in any other field is searched like a text.

import { readStreamedName } from '@sallyport/bundle-tools/versions/module-stream';
import { type Purl, readPurl } from '@sallyport/bundle-tools/versions/purl';
import { AppError } from '../../platform/errors.ts';
import type { IdentityKind, Leak, LeakScan } from './types.ts';

/** A value that must not leave, what it is, and the devices that have it. */
export type IdentityValue = { readonly kind: IdentityKind; readonly value: string; readonly device: number };

/** A text of the request. `devices`: who reported it, where that is known. */
type Leaf = {
  readonly field: string;
  readonly text: string;
  /** The whole text of the field: what `reporters` knows. */
  readonly whole: string;
  readonly isPublic: boolean;
  readonly isVersion: boolean;
  /** The name of a distribution, its release, a suite. */
  readonly isSystem: boolean;
  /** The whole name of the package that the text names or is the version of, in the ways that feeds write it. */
  readonly packages: readonly string[];
};

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
const SYSTEM_FIELDS = /^(platforms\[\]\.(vendor|release|suites\[\])|coverage\[\]\.ecosystem)$/;

// Words that packagers write into versions: `1.0~beta2`, `2.1+really2.0+dfsg`.
const VERSION_WORDS: ReadonlySet<string> = new Set(
  'alpha beta rc pre preview dfsg ds really repack snapshot final release ga module git svn hg bzr nmu build ubuntu'.split(
    ' ',
  ),
);

const PUBLIC_FIELDS: readonly RegExp[] = [
  /^(format|site)$/,
  /^reads\[\]$/,
  /^wants\[\]\.(kind|id|min)$/,
  /^cursors(\..*)?$/,
  /^platforms\[\]\.(vendor|release|arch|suites\[\])$/,
  /^platforms\[\]\.packages\[\]\.(name|version|source|source_version)$/,
  /^software\[\]$/,
  /^coverage\[\]\.ecosystem$/,
  /^missing_os\[\]$/,
  /^advisories\[\]$/,
  /^controllers\[\]\.(vendor|model|order_no|firmware)$/,
  /^media\.kind$/,
  /^receipts\[\]\.(_type|predicateType|payloadType|subject\[\]\.name|predicate\.(format|site|result|code))$/,
  /^receipts\[\]\.predicate\.(warnings\[\]|overrides\[\]\.code|applied\[\]\.update|applied\[\]\.reasons\[\])$/,
];
const VERSION_FIELDS =
  /^(platforms\[\]\.packages\[\]\.(version|source_version)|wants\[\]\.min|controllers\[\]\.firmware)$/;

// Digests, random numbers and keys of our own making; anything else in these fields is searched.
const OPAQUE_FIELDS: readonly RegExp[] = [
  /^(request_id|nonce|to\[\]|seal_to|have|site_card|wants\[\]\.id|state\.(last_bundle|inventory|digest)|journal\.(before\[\]\.)?head)$/,
  /^receipts\[\]\.(signatures\[\]\.(keyid|sig)|subject\[\]\.digest\.sha256)$/,
  /^receipts\[\]\.predicate\.(prev|request_id|bundle_id|(before|after)\.inventory|journal\.head)$/,
];
const isOpaque = (field: string, text: string): boolean =>
  OPAQUE_FIELDS.some((pattern) => pattern.test(field)) &&
  (/^([0-9a-f]{32}|[0-9a-f]{64})$/.test(text) || (field !== 'wants[].id' && /^[A-Za-z0-9+/]*={0,2}$/.test(text)));

// Numbers that no report fills.
const COUNTED_FIELDS: readonly RegExp[] = [
  /^(number|tuf\.(root|timestamp|snapshot|targets|inventory)|state\.(seq|seq_broadcast)|journal\.(before\[\]\.)?(number|entries)|wants\[\]\.n)$/,
  /^(platforms\[\]\.packages\[\]\.all|coverage\[\]\.(components|devices)|media\.(volume_bytes|free_bytes))$/,
  /^receipts\[\]\.predicate\.(number|seq|journal\.entries|(before|after)\.(seq|tuf\.[a-z]+)|counts\.[a-z]+|volumes\.(seen|missing)\[\])$/,
  /^receipts\[\]\.predicate\.(overrides\[\]\.operator|applied\[\]\.(done|failed|waiting)|devices\.[a-z]+|days_left\..+)$/,
];
const SITE_FIELDS = /^(site|receipts\[\]\.predicate\.site)$/;
const isCounted = (field: string): boolean => COUNTED_FIELDS.some((pattern) => pattern.test(field));

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text);

/** The tokens of a text: runs of letters and digits of any script, case folded. */
const tokensOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

const walk = (
  value: unknown,
  field: string,
  exact: string,
  visit: (field: string, exact: string, text: string) => void,
): void => {
  if (typeof value === 'string') {
    visit(field, exact, value);
    return;
  }
  if (typeof value === 'number') {
    if (!isCounted(field)) visit(field, exact, String(value));
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, `${field}[]`, `${exact}[${index}]`, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const inner = field === '' ? key : `${field}.${key}`;
    // Keys of cursors are feed names; all other keys are fixed by the format.
    if (field === 'cursors') visit('cursors', `${exact}.*`, key);
    walk(item, inner, exact === '' ? key : `${exact}.${key}`, visit);
  }
};

/** Receipts travel as envelopes; what they say is searched, not its base64. */
const openReceipts = (document: unknown): unknown => {
  if (typeof document !== 'object' || document === null || !('receipts' in document)) return document;
  if (!Array.isArray(document.receipts)) return document;
  return {
    ...document,
    receipts: document.receipts.map((envelope: unknown) => {
      if (typeof envelope !== 'object' || envelope === null || !('payload' in envelope)) return envelope;
      const { payload, ...rest } = envelope;
      const statement: unknown = JSON.parse(Buffer.from(String(payload), 'base64').toString('utf8'));
      return typeof statement === 'object' && statement !== null ? { ...rest, ...statement } : { ...rest, statement };
    }),
  };
};

/** A package as feeds write it: Maven's `group:artifact`, others' `namespace/name`. */
const namesOf = ({ namespace, name }: Purl): string[] =>
  namespace === '' ? [name] : [`${namespace}/${name}`, `${namespace}:${name}`];

const leavesOf = (document: unknown): Leaf[] => {
  const leaves: Leaf[] = [];
  // The packages of a system come as objects, name first or not: a version is told its package by where it stands.
  const named = new Map<string, string>();
  // A want says its kind before its id.
  const asked = new Map<string, string>();
  const site = typeof document === 'object' && document !== null && 'site' in document ? document.site : undefined;
  walk(openReceipts(document), '', '', (field, exact, text) => {
    if (SITE_FIELDS.test(field) && text === site) return;
    // Lines of custody came from outside, were searched when they were taken, and stand here as base64.
    if (field.startsWith('receipts[].predicate.custody[]')) return;
    if (isOpaque(field, text) || isTime(text)) return;
    const isPublic = PUBLIC_FIELDS.some((pattern) => pattern.test(field));
    const leaf = {
      field: exact,
      whole: text,
      isPublic,
      // A want with a colon and no package names an ecosystem.
      isSystem: SYSTEM_FIELDS.test(field) || (field === 'wants[].id' && text.includes(':')),
      packages: [] as readonly string[],
    };
    const [, place, part] = /^(platforms\[\d+\]\.packages\[\d+\])\.([a-z_]+)$/.exec(exact) ?? [];
    if (place !== undefined && (part === 'name' || part === 'source')) leaf.packages = [readStreamedName(text).name];
    if (place !== undefined && part === 'name') named.set(place, readStreamedName(text).name);
    if (field === 'wants[].kind') asked.set(exact.slice(0, -'.kind'.length), text);
    // A package URL holds a name and a version, both behind escapes; only the version may look like an address.
    const purl = field === 'software[]' ? readPurl(text) : undefined;
    if (purl !== undefined) {
      const packages = namesOf(purl);
      leaves.push({ ...leaf, packages, text: `${purl.type}/${purl.namespace}/${purl.name}`, isVersion: false });
      if (purl.version !== '') leaves.push({ ...leaf, packages, text: purl.version, isVersion: true });
    } else if (field === 'wants[].id' && asked.get(exact.slice(0, -'.id'.length)) === 'suite') {
      leaves.push({ ...leaf, text, isVersion: false, isSystem: true });
    } else if (field === 'wants[].id' && text.includes('/')) {
      // An ecosystem and a package of it; the ecosystem is searched like any text.
      const at = text.indexOf('/');
      leaves.push({ ...leaf, text: text.slice(0, at), isVersion: false, isSystem: true });
      leaves.push({
        ...leaf,
        packages: [readStreamedName(text.slice(at + 1)).name],
        text: text.slice(at + 1),
        isVersion: false,
      });
    } else leaves.push({ ...leaf, text, isVersion: VERSION_FIELDS.test(field) });
  });
  return leaves.map((leaf) => {
    const owner = leaf.isVersion && named.get(leaf.field.slice(0, leaf.field.lastIndexOf('.')));
    return owner ? { ...leaf, packages: [owner] } : leaf;
  });
};

/** The forms in which a value is looked for: its tokens, and where it is written with separators also joined. */
const formsOf = (identity: IdentityValue): string[][] => {
  const tokens = tokensOf(identity.value);
  if (tokens.length === 0) return [];
  const joinable = identity.kind === 'mac' || identity.kind === 'machine' || identity.kind === 'serial';
  return joinable && tokens.length > 1 ? [tokens, [tokens.join('')]] : [tokens];
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
  having: ReadonlySet<number>,
  publicNames: ReadonlySet<string>,
  systems: ReadonlySet<string>,
  { reporters, isPublicPackage }: Known,
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
  if (!leaf.isVersion || isMadeOf(VERSION_WORDS, /^\d+$/))
    for (const name of leaf.packages) if (isPublicPackage(name) || isPublicPackage(name.toLowerCase())) return true;
  for (const device of reporters(leaf.whole)) if (!having.has(device)) return true;
  return false;
};

/** The devices that reported a public text of the request (a package name or purl); nothing where unknown. */
type Reporters = (text: string) => Iterable<number>;

/** What tells a public text from one of the site. */
type Known = {
  readonly reporters: Reporters;
  /** Whether a whole name is that of a public package. */
  readonly isPublicPackage: (name: string) => boolean;
};

/** Where nothing is known of packages: texts of people. */
export const KNOWS_NOTHING: Known = { reporters: () => [], isPublicPackage: () => false };

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
  const publicNames = new Set(leaves.flatMap((leaf) => (leaf.isPublic ? wholeNames(leaf.whole) : [])));
  const values = new Map<string, { identity: IdentityValue; devices: Set<number> }>();
  for (const identity of identities) {
    const key = `${identity.kind}\0${identity.value}`;
    const held = values.get(key);
    if (held) held.devices.add(identity.device);
    else values.set(key, { identity, devices: new Set([identity.device]) });
  }
  const counts = new Map<IdentityKind, { values: number; found: number }>(
    KINDS.map((kind) => [kind, { values: 0, found: 0 }]),
  );
  const leaks: Leak[] = [];
  for (const { identity, devices } of values.values()) {
    const count = counts.get(identity.kind);
    if (!count) continue;
    count.values += 1;
    if (NAME_KINDS.has(identity.kind) && allowed.has(identity.value.toLowerCase())) continue;
    const hits = new Set<number>();
    for (const form of formsOf(identity))
      for (const { leaf, at } of index.get(form[0] ?? '') ?? [])
        if (form.every((token, offset) => tokens[leaf]?.[at + offset] === token)) hits.add(leaf);
    const unexplained = [...hits].flatMap((at) => {
      const leaf = leaves[at];
      return leaf && !isExplained(identity, leaf, devices, publicNames, systems, known) ? [leaf] : [];
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
