import { type Answer, decide, type Habits, type ParseVersion, type Reading } from '../advisories/csaf/decide.ts';
import { documentKey, isVendorsOwn } from '../advisories/csaf/document.ts';
import type { CsafBody, CsafLeaf, CsafVulnerability } from '../advisories/csaf/normal.ts';
import { defined } from '../platform/defined.ts';
import { type FirmwareVersion, parseFirmware } from '../versions/firmware.ts';
import { type Candidate, findCandidates, identityKey, indexNames } from './candidates.ts';
import {
  type Fix,
  fixOf,
  type Remedy,
  type RemedyText,
  readRemedy,
  remediationsByLeaf,
  remedyOf,
} from './fix-state.ts';
import { held } from './held.ts';
import { type LeafName, type LeafRef, readLeafName } from './leaf-name.ts';
import type { ControllerIndex, ControllerMatch, IndexedDocument, PartIdentity, Synonym } from './match-types.ts';
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
  const refs: LeafRef[] = documents.flatMap(({ body }, doc) =>
    body.leaves.map((leaf, at) => {
      const key = JSON.stringify([leaf.vendor, leaf.names, leaf.models, leaf.version]);
      return { doc, leaf: at, name: nameOf(key, () => readLeafName(leaf)) };
    }),
  );
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
