import { vendorKey } from '../../controllers/vendors.ts';
import { parseStrictJson } from '../../documents/strict-json.ts';
import {
  type Json,
  list,
  name,
  object,
  optionalObject,
  optionalText,
  prose,
  refuse,
  seconds,
  text,
} from './json-walk.ts';
import { type CsafBody, csafBodySchema } from './normal.ts';
import { readProductTree } from './product-tree.ts';
import { readVulnerabilities } from './vulnerabilities.ts';

// CSAF 2.0 and 2.1 as one normal form (ADVISORIES 6). Strict where a match depends on it, lenient towards what only people
// read; refuses with METADATA or LIMIT, so that the source counts the document and says why.

export const MAX_CSAF_BYTES = 64 << 20;
export const JSON_DEPTH = 96;

export type CsafDocument = {
  body: CsafBody;
  title: string;
  /** `current_release_date`, whole seconds. */
  modified: string;
  published?: string;
  references: string[];
  /** The document says of itself that it no longer holds. */
  isWithdrawn: boolean;
};

const tlpLabels: ReadonlyMap<string, NonNullable<CsafBody['tlp']>> = new Map([
  ['WHITE', 'CLEAR'],
  ['CLEAR', 'CLEAR'],
  ['GREEN', 'GREEN'],
  ['AMBER', 'AMBER'],
  ['AMBER+STRICT', 'AMBER+STRICT'],
  ['RED', 'RED'],
]);

const tlpOf = (document: Json): CsafBody['tlp'] => {
  const tlp = optionalObject(optionalObject(document['distribution'], 'distribution')['tlp'], 'tlp');
  const label = optionalText(tlp['label'], 'tlp label', 50);
  if (label === undefined) return undefined;
  return tlpLabels.get(label) ?? refuse(`TLP label ${label} is not known`);
};

/** Ids of advisories as vendors and coordinators write them. */
const advisoryIds =
  /\b(?:SSA-\d{6}|SSB-\d{6}|ICSM?A-\d{2}-\d{3}-\d{2}[A-Z]?|SEVD-\d{4}-\d{3}-\d{2}|VDE-\d{4}-\d{3}|CISCO-SA-[\w-]{3,80}|YSAR-\d{2}-\d{4}|8DBD\d{6}|9AKK\d{6}A\d{4}|JSA-\d{4}-\d{2}|MPSA-\d{6})\b/gi;

const refersTo = (document: Json, ownId: string): string[] => {
  const found = new Set<string>();
  for (const one of list(document['references'], 'references', 10_000)) {
    const { url, summary } = object(one, 'a reference');
    for (const reference of [url, summary])
      if (typeof reference === 'string')
        for (const [id] of reference.slice(0, 4_000).matchAll(advisoryIds)) found.add(id.toUpperCase());
  }
  found.delete(ownId.toUpperCase());
  return [...found].sort().slice(0, 50);
};

const referencesOf = (document: Json): string[] =>
  list(document['references'], 'references', 10_000).flatMap((one) => {
    const { url } = object(one, 'a reference');
    return typeof url === 'string' && url.length <= 2_000 && /^https?:\/\//.test(url) ? [url] : [];
  });

const disclaimerOf = (document: Json): string => {
  const notes = list(document['notes'], 'notes', 10_000).map((one) => object(one, 'a note'));
  return prose(
    notes
      .filter(({ category }) => category === 'legal_disclaimer')
      .map((note) => prose(note['text'], 10_000))
      .join(' '),
    10_000,
  );
};

const categories: ReadonlyMap<string, CsafBody['category']> = new Map([
  ['vendor', 'vendor'],
  ['coordinator', 'coordinator'],
]);

/** Some coordinators publish copies under other categories; who is no vendor of the products is not the vendor. */
const publisherOf = (document: Json): Pick<CsafBody, 'publisher' | 'publisherName' | 'category'> => {
  const publisher = object(document['publisher'], 'publisher');
  return {
    publisher: text(publisher['namespace'], 'namespace', 500).trim().replace(/\/+$/, '').toLowerCase(),
    publisherName: name(publisher['name'], 'publisher name', 500),
    category: categories.get(text(publisher['category'], 'publisher category', 50)) ?? 'other',
  };
};

const statusOf = (tracking: Json): CsafBody['status'] => {
  const status = text(tracking['status'], 'status', 50);
  return status === 'draft' || status === 'interim' || status === 'final'
    ? status
    : refuse(`status ${status} is not known`);
};

const revisionOf = (tracking: Json): string => {
  const revision = text(tracking['version'], 'version', 100);
  return /^(?:0|[1-9]\d*)(?:\.\d+){0,3}(?:[-+][\w.+-]+)?$/.test(revision)
    ? revision
    : refuse(`revision ${revision} is no version`);
};

const trackingIdOf = (tracking: Json): string => {
  const id = text(tracking['id'], 'tracking id', 200);
  return /^[\x21-\x7e]+$/.test(id) ? id : refuse('the tracking id has blanks or characters that are not ASCII');
};

/** Reads a whole document. */
export const readCsaf = (bytes: Uint8Array): CsafDocument => {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const value = parseStrictJson(bytes.subarray(start), {
    maxBytes: MAX_CSAF_BYTES,
    allowFractions: true,
    maxDepth: JSON_DEPTH,
  });
  return csafOf(value);
};

/** What lies beside documents and is none: a feed of them, a provider's metadata, an aggregator's list. */
export const isCompanion = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || 'document' in value) return false;
  return 'feed' in value || 'canonical_url' in value || 'aggregator' in value;
};

/** A document that was parsed already. */
export const csafOf = (value: unknown): CsafDocument => {
  const whole = object(value, 'the document');
  const document = object(whole['document'], 'document');
  const version = text(document['csaf_version'], 'csaf_version', 20);
  if (version !== '2.0' && version !== '2.1') return refuse(`CSAF ${version} is not known`);
  const tracking = object(document['tracking'], 'tracking');
  const trackingId = trackingIdOf(tracking);
  const tree = readProductTree(whole['product_tree']);
  const disclaimer = disclaimerOf(document);
  const tlp = tlpOf(document);
  const category = text(document['category'], 'category', 200);
  const published = tracking['initial_release_date'];
  const body: CsafBody = {
    csaf: version,
    ...publisherOf(document),
    trackingId,
    revision: revisionOf(tracking),
    status: statusOf(tracking),
    ...(tlp === undefined ? {} : { tlp }),
    refersTo: refersTo(document, trackingId),
    ...(disclaimer === '' ? {} : { disclaimer }),
    leaves: tree.leaves,
    vulnerabilities: readVulnerabilities(whole['vulnerabilities'], tree, trackingId),
  };
  const checked = csafBodySchema.safeParse(body);
  if (!checked.success)
    return refuse(
      checked.error.issues
        .map(({ path, message }) => `${path.join('.')}: ${message}`)
        .join('; ')
        .slice(0, 500),
    );
  return {
    body: checked.data,
    title: prose(document['title'], 2_000),
    modified: seconds(tracking['current_release_date'], 'current_release_date'),
    ...(published === undefined ? {} : { published: seconds(published, 'initial_release_date') }),
    references: referencesOf(document),
    isWithdrawn: category === 'csaf_withdrawn' || category === 'csaf_superseded',
  };
};

/** The key of a document: who published it, and what they call it. */
export const documentKey = ({ publisher, trackingId }: Pick<CsafBody, 'publisher' | 'trackingId'>): string =>
  `${publisher} ${trackingId}`;

const numbersOf = (revision: string): { numbers: number[]; pre: string } => {
  const [core = '', pre = ''] = revision.split('+', 1)[0]?.split(/-(.*)/s) ?? [];
  return { numbers: core.split('.').map(Number), pre };
};

/** Order of two revisions, integers or semantic versions; a pre-release comes before its release. */
export const compareRevisions = (a: string, b: string): number => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let at = 0; at < Math.max(left.numbers.length, right.numbers.length); at += 1) {
    const order = (left.numbers[at] ?? 0) - (right.numbers[at] ?? 0);
    if (order !== 0) return order;
  }
  if (left.pre === right.pre) return 0;
  if (left.pre === '' || right.pre === '') return left.pre === '' ? 1 : -1;
  return left.pre.localeCompare(right.pre, 'en', { numeric: true });
};

/** Whether a document is by the vendor of what it speaks of. */
export const isVendorsOwn = (body: CsafBody): boolean =>
  body.category === 'vendor' ||
  body.leaves.some(({ vendor }) => vendor !== '' && vendorKey(vendor) === vendorKey(body.publisherName));
