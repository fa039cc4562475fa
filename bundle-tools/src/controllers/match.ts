import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { type Answer, decide, type Habits, type ParseVersion, type Reading } from '../advisories/csaf/decide.ts';
import { documentKey, isVendorsOwn } from '../advisories/csaf/document.ts';
import type { CsafBody, CsafLeaf, CsafVulnerability } from '../advisories/csaf/normal.ts';
import { defined } from '../platform/defined.ts';
import { type FirmwareVersion, parseFirmware } from '../versions/firmware.ts';
import { type Candidate, findCandidates, identityKey, indexNames } from './candidates.ts';
import { held } from './held.ts';
import { type LeafName, type LeafRef, readLeafName } from './leaf-name.ts';
import type {
  ControllerIndex,
  ControllerMatch,
  FixState,
  IndexedDocument,
  PartIdentity,
  Synonym,
} from './match-types.ts';
import { spokenOfLeaves } from './spoken-of.ts';
import {
  type Decided,
  decideVulnerability,
  mostSpecific,
  type Stated,
  type Status,
  type Terms,
  type VersionAnswers,
  versionsOf,
} from './verdict.ts';

// Whether there is a fix for a leaf, and which version (ADVISORIES 6: `fixed` stands in 3 documents, so it is derived from
// remediations and ranges).

const updateTo =
  /\b(?:updat\w*|upgrad\w*|install\w*|migrat\w*|fixed|available|patched|released)\b[^.;]{0,80}?\b(?:to|in|is|as|with)?\s*(?:the\s+)?(?:latest\s+)?(?:firmware\s+|software\s+)?(?:versions?|release|rev\.?|firmware|FW)?\s*([VvRr]?\d[\w.]*(?: (?:SP|Update|Upd|HF|Hotfix) ?\d+)*)(?=[\s,;.)]|$)/gi;
const strict =
  /\b(?:update|upgrade)s? (?:[^.;]{0,60}?)?to (?:the )?(?:latest )?(?:firmware |software )?(?:version |release |firmware |revision )?([VvRr]?\d[\w.]*(?: (?:SP|Update|Upd|HF|Hotfix) ?\d+)*)(?=[\s,;.)]|$)/gi;

const looksLikeVersion = (text: string): boolean =>
  (/\./.test(text) || /^[VvRr]\d/.test(text) || / (?:SP|Update|Upd|HF)/i.test(text)) &&
  !/^(?:19|20)\d\d$/.test(text) &&
  text.length <= 40;

const mentioned = (details: string, pattern: RegExp): string[] =>
  [...details.slice(0, 2_000).matchAll(pattern)].flatMap(([, version = '']) => {
    const plain = version.replace(/\.+$/, '');
    return looksLikeVersion(plain) ? [plain] : [];
  });

/** The one version that a text says to update to; undefined where it names none or several. */
const versionToUpdateTo = (details: string): string | undefined => {
  const found = new Set(mentioned(details, strict));
  const all = found.size > 0 ? found : new Set(mentioned(details, updateTo));
  return all.size === 1 ? [...all][0] : undefined;
};

const saysNone =
  /\bno (?:fix|update|patch|firmware update|software update)(?:es|s)? (?:is|are|will be|has been)?\s*(?:currently )?(available|planned|provided|scheduled)/i;

type Fix = { fixState: FixState; fixedVersion?: string; remediations: readonly number[] };

/** The first version behind the range, where a leaf has one upper bound that it excludes. */
const behindRange = (versions: LeafVersions): string | undefined => {
  // Of several branches each has its own.
  if (versions.kind !== 'intervals' || versions.of !== 'version' || versions.intervals.length > 1) return undefined;
  const last = versions.intervals[0]?.high;
  return last === undefined || last.inclusive ? undefined : last.version.toUpperCase();
};

/** What the text of a remediation says: the version to update to, and that nothing is there or planned. */
type RemedyText = { updateTo: string | undefined; none: string | undefined };

/** Reads the text of a remediation; pure. */
const readRemedy = (details: string): RemedyText => ({
  updateTo: versionToUpdateTo(details),
  none: saysNone.exec(details)?.[1]?.toLowerCase(),
});

/** What the remediations that speak of a leaf come to, whatever versions it names. */
type Remedy = {
  remediations: readonly number[];
  /** None where the ranges of the leaf may still say that there is a fix. */
  fixState?: FixState;
  /** The one version that they say to update to. */
  fixedVersion?: string;
};

/** Reads the remediations at `remediations` of a vulnerability; `readText` is readRemedy. */
const remedyOf = (
  vulnerability: CsafVulnerability,
  remediations: readonly number[],
  readText: (details: string) => RemedyText,
): Remedy => {
  const own = remediations.map((place) => vulnerability.remediations[place]).filter((one) => one !== undefined);
  const fixes = own.filter(
    ({ category, details }) =>
      (category === 'vendor_fix' || category === 'optional_patch') && readText(details).none === undefined,
  );
  if (fixes.length > 0) {
    const named = new Set(fixes.flatMap(({ details }) => readText(details).updateTo ?? []));
    const [version] = named;
    return {
      fixState: 'available',
      ...(named.size === 1 && version !== undefined ? { fixedVersion: version } : {}),
      remediations,
    };
  }
  const has = (category: string): boolean => own.some((one) => one.category === category);
  if (has('fix_planned')) return { fixState: 'planned', remediations };
  if (has('no_fix_planned') || own.some(({ details }) => readText(details).none === 'planned'))
    return { fixState: 'none-planned', remediations };
  return has('none_available') ? { fixState: 'none', remediations } : { remediations };
};

/** What can be done about a vulnerability in the products of a leaf with these versions. */
const fixOf = ({ remediations, ...stated }: Remedy, versions: LeafVersions): Fix => {
  const behind = stated.fixedVersion === undefined ? behindRange(versions) : undefined;
  if (stated.fixState === 'available') {
    const given = stated.fixedVersion ?? behind;
    // A version that the leaf itself calls affected fixes nothing.
    const holds = given !== undefined && decide({ version: given }, versions).answer !== 'affected';
    return { fixState: 'available', ...(holds ? { fixedVersion: given } : {}), remediations };
  }
  if (stated.fixState !== undefined) return { fixState: stated.fixState, remediations };
  if (behind !== undefined) return { fixState: 'available', fixedVersion: behind, remediations };
  return { fixState: remediations.length > 0 ? 'mitigation' : 'none', remediations };
};

/** The places of remediations by the leaf that they speak of. */
const remediationsByLeaf = ({ remediations }: CsafVulnerability): ReadonlyMap<number, readonly number[]> => {
  const places = new Map<number, number[]>();
  remediations.forEach(({ leaves }, place) => {
    for (const leaf of leaves) {
      const own = places.get(leaf) ?? [];
      own.push(place);
      places.set(leaf, own);
    }
  });
  return places;
};

// Controllers and their modules against CSAF documents (ADVISORIES 6). Pure; what is worked out once: the names of leaves, the
// meaning of each version text, the candidates of each identity, the answers to each identity and version.

const statusFields = [
  'affected',
  'notAffected',
  'fixed',
  'investigating',
  'unknown',
] as const satisfies readonly Status[];

/** Remediations by leaf, and what each set of them comes to. */
type Remedies = {
  places: ReadonlyMap<number, readonly number[]>;
  byLeaf: Map<number, Fix>;
  byPlaces: Map<string, { remedy: Remedy; fixes: Map<Terms, Fix> }>;
};

type Entry = { vulnerability: number; status: Status };

/** Which vulnerabilities list a leaf, and as what; `alike`: each of them once, and all as the same. */
type Listing = { entries: Entry[]; alike?: { status: Status; vulnerabilities: number[] } };

/** By leaf; leaves with the same listing share it. */
type Listed = ReadonlyMap<number, Listing>;

const sameEntries = (a: readonly Entry[], b: readonly Entry[]): boolean =>
  a.length === b.length &&
  a.every(({ vulnerability, status }, at) => b[at]?.vulnerability === vulnerability && b[at].status === status);

const listingOf = (entries: Entry[]): Listing => {
  const [first] = entries;
  const vulnerabilities = entries.map(({ vulnerability }) => vulnerability);
  const isAlike = entries.every(({ status }) => status === first?.status);
  return first !== undefined && isAlike && new Set(vulnerabilities).size === entries.length
    ? { entries, alike: { status: first.status, vulnerabilities } }
    : { entries };
};

const listLeaves = (body: CsafBody): Listed => {
  const byLeaf = new Map<number, Entry[]>();
  body.vulnerabilities.forEach((vulnerability, at) => {
    for (const status of statusFields)
      for (const leaf of vulnerability[status]) {
        const entries = byLeaf.get(leaf);
        if (entries === undefined) byLeaf.set(leaf, [{ vulnerability: at, status }]);
        else entries.push({ vulnerability: at, status });
      }
  });
  const listed = new Map<number, Listing>();
  // Neighbours are mostly listed alike.
  let last: Listing | undefined;
  for (const [leaf, entries] of byLeaf) {
    if (last === undefined || !sameEntries(last.entries, entries)) last = listingOf(entries);
    listed.set(leaf, last);
  }
  return listed;
};

const readingOf = ({ firmware, serial, date, bios }: PartIdentity): Reading => ({
  ...defined({ version: firmware, serial, date, bios }),
});

/** MELSEC firmware counts in fractions of three digits, engineering software with a letter behind them. */
const fixedWidth: Habits = { fixedWidth: true };
const noHabits: Habits = {};

const habitsOf = ({ vendor }: CsafLeaf): Habits => (/mitsubishi/i.test(vendor) ? fixedWidth : noHabits);

const isSame = (a: Decided, b: Decided): boolean =>
  a.verdict === b.verdict && a.reason === b.reason && a.by.candidate.ref.leaf === b.by.candidate.ref.leaf;

// ADVISORIES 6.2: a name without a version.
const withoutVersion = 0.7;

/** The vulnerabilities of a document that list the same leaves for a part, in the same way: they are decided as one. */
type Alike = {
  stated: Stated[];
  vulnerabilities: number[];
  /** What was answered, by verdict, reason and leaf: other versions often end in the same answer. */
  outcomes: { decided: Decided; matches: readonly ControllerMatch[] }[];
};
type Prepared = { doc: number; alike: Alike[] };

/** What candidates of one document come to depends on this alone. */
const candidateKey = ({ ref, level, confidence, specificity, isModelNamed, isSeriesOpen }: Candidate): string =>
  `${ref.leaf}${level}${specificity}${isModelNamed ? 'n' : ''}${isSeriesOpen ? 'o' : ''}${confidence === 1 ? '' : confidence}`;

/** Within a document the closest first; nothing depends on the order in which names were looked up. */
const byCloseness = (a: Candidate, b: Candidate): number =>
  a.ref.doc - b.ref.doc || b.specificity - a.specificity || b.confidence - a.confidence || a.ref.leaf - b.ref.leaf;

/** Builds an index over documents; `synonyms` are what people decided about likenesses. */
export const controllerIndex = (
  documents: readonly IndexedDocument[],
  synonyms: readonly Synonym[] = [],
): ControllerIndex => {
  const nameOf = held<LeafName>();
  const leafNames: LeafName[][] = documents.map(({ body }) =>
    body.leaves.map((leaf) => {
      const key = JSON.stringify([leaf.vendor, leaf.names, leaf.models, leaf.version]);
      return nameOf(key, () => readLeafName(leaf));
    }),
  );
  const refs: LeafRef[] = leafNames.flatMap((names, doc) => names.map((name, leaf) => ({ doc, leaf, name })));
  const names = indexNames(refs);
  const listed = documents.map(({ body }) => listLeaves(body));
  const vendorsOwn = documents.map(({ body }) => isVendorsOwn(body));
  const byText = new Map<string, Terms>();
  const preparedFor = held<Prepared[]>();
  const preparedDocuments = held<Prepared>();
  const versions = held<{ version: FirmwareVersion | undefined }>();
  const parse: ParseVersion = (text) => versions(text, () => ({ version: parseFirmware(text) })).version;
  const answersTo = held<ControllerMatch[]>();
  const versionAnswers = held<Map<Terms, Answer>>();
  const texts = held<RemedyText>();
  const readText = (details: string): RemedyText => texts(details, () => readRemedy(details));
  const remedies = new Map<CsafVulnerability, Remedies>();

  const readTerms = (leaf: CsafLeaf): Terms => {
    const habits = habitsOf(leaf);
    const kind = leaf.category === 'other' && leaf.version === '' ? 'none' : habits === fixedWidth ? 'fixed' : '';
    const key = `${leaf.version}\u0000${kind}`;
    const known = byText.get(key) ?? { meaning: versionsOf(leaf), habits };
    byText.set(key, known);
    return known;
  };

  // Every text is read once, here: one object for one text and habit, so that answers are found by it.
  const terms = documents.map(({ body }) => body.leaves.map(readTerms));

  const remediesOf = (vulnerability: CsafVulnerability): Remedies => {
    const known = remedies.get(vulnerability);
    if (known !== undefined) return known;
    const made = { places: remediationsByLeaf(vulnerability), byLeaf: new Map(), byPlaces: new Map() };
    remedies.set(vulnerability, made);
    return made;
  };

  /** Leaves of which the same remediations speak have them once, and a fix per version text. */
  const fixFor = (vulnerability: CsafVulnerability, place: number, terms: Terms): Fix => {
    const own = remediesOf(vulnerability);
    const before = own.byLeaf.get(place);
    if (before !== undefined) return before;
    const places = own.places.get(place) ?? [];
    const name = places.join();
    const known = own.byPlaces.get(name) ?? { remedy: remedyOf(vulnerability, places, readText), fixes: new Map() };
    own.byPlaces.set(name, known);
    const fix = known.fixes.get(terms) ?? fixOf(known.remedy, terms.meaning);
    known.fixes.set(terms, fix);
    own.byLeaf.set(place, fix);
    return fix;
  };

  /** Answers for one reading, by leaf text and the vendor's habits. */
  const answersFor = (reading: Reading): VersionAnswers => {
    const own = versionAnswers(JSON.stringify(reading), () => new Map());
    return ({ terms }) => {
      const known = own.get(terms);
      if (known !== undefined) return known;
      const answer = decide(reading, terms.meaning, terms.habits, parse);
      own.set(terms, answer);
      return answer;
    };
  };

  const stateOf = (doc: number, candidate: Candidate, status: Status): Stated | undefined => {
    const leaf = documents[doc]?.body.leaves[candidate.ref.leaf];
    const own = terms[doc]?.[candidate.ref.leaf];
    return leaf && own && { candidate, leaf, status, terms: own };
  };

  const prepareDocument = (doc: number, candidates: readonly Candidate[]): Prepared => {
    const lists = candidates.map(({ ref }) => listed[doc]?.get(ref.leaf));
    const shared = lists[0]?.alike;
    // The usual case: all of them stand in the same lists.
    if (shared !== undefined && lists.every((list) => list === lists[0])) {
      const stated = mostSpecific(candidates.flatMap((candidate) => stateOf(doc, candidate, shared.status) ?? []));
      return { doc, alike: [{ stated, vulnerabilities: shared.vulnerabilities, outcomes: [] }] };
    }
    const byVulnerability = new Map<number, Stated[]>();
    for (const [at, candidate] of candidates.entries()) {
      const held = new Map<Status, Stated | undefined>();
      for (const { vulnerability, status } of lists[at]?.entries ?? []) {
        const one = held.get(status) ?? stateOf(doc, candidate, status);
        held.set(status, one);
        if (one === undefined) continue;
        const stated = byVulnerability.get(vulnerability);
        if (stated === undefined) byVulnerability.set(vulnerability, [one]);
        else stated.push(one);
      }
    }
    const alike = new Map<string, Alike>();
    for (const [vulnerability, all] of byVulnerability) {
      const stated = mostSpecific(all);
      const signature = stated.map(({ candidate, status }) => `${candidate.ref.leaf}${status}`).join();
      const known = alike.get(signature);
      if (known === undefined) alike.set(signature, { stated, vulnerabilities: [vulnerability], outcomes: [] });
      else known.vulnerabilities.push(vulnerability);
    }
    return { doc, alike: [...alike.values()] };
  };

  /** Many parts are named by the same leaves of a document in the same way. */
  const prepare = (part: PartIdentity): Prepared[] => {
    const found = findCandidates(names, part, synonyms).sort(byCloseness);
    const prepared: Prepared[] = [];
    for (let at = 0; at < found.length; ) {
      const from = at;
      const doc = found[from]?.ref.doc ?? 0;
      let key = `${doc}`;
      for (let next = found[at]; next?.ref.doc === doc; next = found[at]) {
        key += `,${candidateKey(next)}`;
        at += 1;
      }
      const own = found.slice(from, at);
      prepared.push(preparedDocuments(key, () => prepareDocument(doc, own)));
    }
    return prepared;
  };

  const say = (doc: number, at: number, { verdict, reason, by }: Decided): ControllerMatch | undefined => {
    const document = documents[doc];
    const vulnerability = document?.body.vulnerabilities[at];
    if (document === undefined || vulnerability === undefined) return undefined;
    const { candidate, leaf } = by;
    const place = candidate.ref.leaf;
    const { fixState, fixedVersion, remediations } = fixFor(vulnerability, place, by.terms);
    const match: ControllerMatch = {
      doc,
      docKey: document.key,
      vulnerability: vulnerability.id,
      verdict,
      level: candidate.level,
      confidence: candidate.confidence * (leaf.category === 'other' ? withoutVersion : 1),
      leaf: leaf.id,
      path: pathOf(leaf),
      versionText: leaf.version,
      fixState,
      remediations,
    };
    if (reason !== undefined) match.reason = reason;
    if (fixedVersion !== undefined) match.fixedVersion = fixedVersion;
    return match;
  };

  const paths = new Map<CsafLeaf, readonly string[]>();
  const pathOf = (leaf: CsafLeaf): readonly string[] => {
    const path = paths.get(leaf) ?? [leaf.vendor, ...leaf.names];
    paths.set(leaf, path);
    return path;
  };

  /** The vendor's document outranks copies by others for the same vulnerability; both stay (ADVISORIES 6.2). */
  const rank = (matches: ControllerMatch[]): ControllerMatch[] => {
    const own = new Map<string, number>();
    for (const { doc, vulnerability } of matches) if (vendorsOwn[doc] === true) own.set(vulnerability, doc);
    if (own.size === 0) return matches;
    return matches.map((match) => {
      const by = vendorsOwn[match.doc] === true ? undefined : own.get(match.vulnerability);
      return by === undefined ? match : { ...match, outrankedBy: by };
    });
  };

  const evaluate = (part: PartIdentity, docs: ReadonlySet<number> | undefined): ControllerMatch[] => {
    const prepared = preparedFor(identityKey(part), () => prepare(part));
    const reading = readingOf(part);
    const answers = answersFor(reading);
    const matches: ControllerMatch[] = [];
    for (const { doc, alike } of prepared) {
      if (docs !== undefined && !docs.has(doc)) continue;
      for (const { stated, vulnerabilities, outcomes } of alike) {
        const decided = decideVulnerability(stated, reading, answers);
        if (decided === undefined) continue;
        const known = outcomes.find((one) => isSame(one.decided, decided));
        if (known !== undefined) {
          matches.push(...known.matches);
          continue;
        }
        const fresh = vulnerabilities.flatMap((at) => say(doc, at, decided) ?? []);
        outcomes.push({ decided, matches: fresh });
        matches.push(...fresh);
      }
    }
    return rank(matches);
  };

  return {
    documents,
    spokenOf: (doc) => spokenOfLeaves(leafNames[doc] ?? []),
    match: (part) => {
      const { firmware, serial, date, bios } = part;
      return answersTo(`${identityKey(part)}${JSON.stringify([firmware, serial, date, bios])}`, () =>
        evaluate(part, undefined),
      );
    },
    matchDocuments: (part, docs) => evaluate(part, docs),
  };
};

/** Documents as the index takes them: of each key the one that is given. */
export const indexed = (bodies: Iterable<CsafBody>): IndexedDocument[] =>
  Array.from(bodies, (body) => ({ key: documentKey(body), body }));
