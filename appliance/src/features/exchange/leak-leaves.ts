// The texts of a request, each with what it is: what the leak scan (leak-scan.ts) searches.

import { suitesFeed } from '@sallyport/bundle-tools/advisories/suites-feed';
import { readsSupport, supportFeed } from '@sallyport/bundle-tools/advisories/support';
import { readsWhole, wholeFeed } from '@sallyport/bundle-tools/advisories/whole';
import { wantKinds } from '@sallyport/bundle-tools/documents/request';
import { readStreamedName } from '@sallyport/bundle-tools/versions/module-stream';
import { type Purl, readPurl } from '@sallyport/bundle-tools/versions/purl';

/** A text of the request. */
export type Leaf = {
  readonly field: string;
  readonly text: string;
  /** The whole text of the field. */
  readonly whole: string;
  readonly isPublic: boolean;
  readonly isVersion: boolean;
  /** The name of a distribution, its release, a suite. */
  readonly isSystem: boolean;
  /** The whole name of the package that the text names or is the version of, in the ways that feeds write it. */
  readonly packages: readonly string[];
  /** Of a version: the source package, which some feeds name in place of the package. */
  readonly source?: string | undefined;
};

const SYSTEM_FIELDS = /^(platforms\[\]\.(vendor|release|suites\[\])|coverage\[\]\.ecosystem)$/;

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
/** What the format and the writers of requests and receipts fix, by field: no report and no person has put it there. */
const FIXED_TEXTS: ReadonlyArray<readonly [field: RegExp, isFixed: (text: string) => boolean]> = (
  [
    [/^format$/, ['sallyport-request/1']],
    [/^reads\[\]$/, ['sallyport-bundle/1', readsSupport, readsWhole]],
    [/^(cursors|wants\[\]\.id)$/, [supportFeed, suitesFeed, wholeFeed]],
    [/^receipts\[\]\.payloadType$/, ['application/vnd.in-toto+json']],
    [/^receipts\[\]\._type$/, ['https://in-toto.io/Statement/v1']],
    [/^receipts\[\]\.predicateType$/, ['urn:sallyport:receipt:1']],
    [/^receipts\[\]\.subject\[\]\.name$/, /^(bundle\.dsse\.json|volume-\d+)$/],
    [/^receipts\[\]\.predicate\.format$/, ['sallyport-receipt/1']],
    [/^receipts\[\]\.predicate\.result$/, ['imported', 'partial', 'refused']],
    [/^receipts\[\]\.predicate\.(code|warnings\[\]|overrides\[\]\.code)$/, /^[A-Z]+(_[A-Z]+)*$/],
    [/^receipts\[\]\.predicate\.scan\.engine$/, ['clamd', 'clamscan']],
    [/^receipts\[\]\.predicate\.scan\.verdict$/, ['clean', 'infected', 'error']],
  ] as const
).map(([field, fixed]) => [
  field,
  fixed instanceof RegExp ? (text) => fixed.test(text) : (text) => (fixed as readonly string[]).includes(text),
]);
const isFixedText = (field: string, text: string): boolean =>
  (field === 'wants[].kind' && (wantKinds as readonly string[]).includes(text)) ||
  FIXED_TEXTS.some(([pattern, isFixed]) => pattern.test(field) && isFixed(text));
const SITE_FIELDS = /^(site|receipts\[\]\.predicate\.site)$/;
const isCounted = (field: string): boolean => COUNTED_FIELDS.some((pattern) => pattern.test(field));

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text);

/** The tokens of a text: runs of letters and digits of any script, case folded. */
export const tokensOf = (text: string): string[] =>
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

/** Every text of a request, parsed from the signed bytes; what is of our own making is left out. */
export const leavesOf = (document: unknown): Leaf[] => {
  const leaves: Leaf[] = [];
  // The packages of a system come as objects, name first or not: a version is told its package by where it stands.
  const named = new Map<string, string>();
  const sources = new Map<string, string>();
  // A want says its kind before its id.
  const asked = new Map<string, string>();
  const site = typeof document === 'object' && document !== null && 'site' in document ? document.site : undefined;
  walk(openReceipts(document), '', '', (field, exact, text) => {
    if (SITE_FIELDS.test(field) && text === site) return;
    // Lines of custody came from outside, were searched when they were taken, and stand here as base64.
    if (field.startsWith('receipts[].predicate.custody[]')) return;
    if (isOpaque(field, text) || isTime(text)) return;
    if (field === 'wants[].kind') asked.set(exact.slice(0, -'.kind'.length), text);
    if (isFixedText(field, text)) return;
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
    if (place !== undefined && part === 'source') sources.set(place, readStreamedName(text).name);
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
      named.set(exact.slice(0, -'.id'.length), readStreamedName(text.slice(at + 1)).name);
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
    if (!leaf.isVersion || leaf.packages.length > 0) return leaf;
    const place = leaf.field.slice(0, leaf.field.lastIndexOf('.'));
    const owner = named.get(place);
    return owner ? { ...leaf, packages: [owner], source: sources.get(place) } : leaf;
  });
};
