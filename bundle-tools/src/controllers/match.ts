import type { LeafVersions } from '../advisories/csaf/bounds.ts';
import { type Answer, decide, type Habits, type Reading } from '../advisories/csaf/decide.ts';
import { documentKey, isVendorsOwn } from '../advisories/csaf/document.ts';
import type { CsafBody, CsafLeaf, CsafVulnerability } from '../advisories/csaf/normal.ts';
import { type Candidate, findCandidates, identityKey, indexNames } from './candidates.ts';
import { type Fix, fixOf, remediationsByLeaf, versionToUpdateTo } from './fix-state.ts';
import { type LeafName, type LeafRef, readLeafName } from './leaf-name.ts';
import type { ControllerIndex, ControllerMatch, IndexedDocument, PartIdentity, Synonym } from './match-types.ts';
import {
  type Decided,
  decideVulnerability,
  mostSpecific,
  type Stated,
  type Status,
  type VersionAnswers,
  versionsOf,
} from './verdict.ts';

// Controllers and their modules against CSAF documents (ADVISORIES 6). Pure; what is worked out once: the names of leaves, the
// meaning of each version text, the candidates of each identity, the answers to each identity and version.

const maxHeld = 50_000;

/** A map that forgets everything when it is full: bounded, and nothing depends on what it holds. */
const held = <V>() => {
  const map = new Map<string, V>();
  return (key: string, make: () => V): V => {
    const known = map.get(key);
    if (known !== undefined) return known;
    if (map.size >= maxHeld) map.clear();
    const value = make();
    map.set(key, value);
    return value;
  };
};

const statusFields = [
  'affected',
  'notAffected',
  'fixed',
  'investigating',
  'unknown',
] as const satisfies readonly Status[];

/** Which vulnerabilities of a document list a leaf, and as what. */
type Listed = ReadonlyMap<number, readonly { vulnerability: number; status: Status }[]>;

const listLeaves = (body: CsafBody): Listed => {
  const listed = new Map<number, { vulnerability: number; status: Status }[]>();
  body.vulnerabilities.forEach((vulnerability, at) => {
    for (const status of statusFields)
      for (const leaf of vulnerability[status]) {
        const entries = listed.get(leaf) ?? [];
        entries.push({ vulnerability: at, status });
        listed.set(leaf, entries);
      }
  });
  return listed;
};

const readingOf = ({ firmware, serial, date, bios }: PartIdentity): Reading => ({
  ...(firmware === undefined ? {} : { version: firmware }),
  ...(serial === undefined ? {} : { serial }),
  ...(date === undefined ? {} : { date }),
  ...(bios === undefined ? {} : { bios }),
});

/** MELSEC firmware counts in fractions of three digits, engineering software with a letter behind them. */
const fixedWidth: Habits = { fixedWidth: true };
const noHabits: Habits = {};
const habitsOf = ({ vendor }: CsafLeaf): Habits => (/mitsubishi/i.test(vendor) ? fixedWidth : noHabits);

// ADVISORIES 6.2: a name without a version.
const withoutVersion = 0.7;

/** The vulnerabilities of a document that list the same leaves for a part, in the same way: they are decided as one. */
type Alike = {
  stated: Stated[];
  vulnerabilities: number[];
  /** What was answered once, by verdict, reason and leaf: other versions often end in the same answer. */
  said: Map<string, readonly ControllerMatch[]>;
};
type Prepared = { doc: number; alike: Alike[] };

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
  const meanings = new Map<string, LeafVersions>();
  const preparedFor = held<Prepared[]>();
  const answersTo = held<ControllerMatch[]>();
  const versionAnswers = held<Map<LeafVersions, [Answer | undefined, Answer | undefined]>>();
  const updateTexts = held<{ version: string | undefined }>();
  const updateTo = (details: string): string | undefined =>
    updateTexts(details, () => ({ version: versionToUpdateTo(details) })).version;
  const remedies = new Map<CsafVulnerability, ReadonlyMap<number, readonly number[]>>();
  const fixes = new Map<CsafVulnerability, Map<number, Fix>>();

  /** One object for one text, so that answers are found by it. */
  const meaningOf = (leaf: CsafLeaf): LeafVersions => {
    const kind =
      leaf.category === 'other' && leaf.version === '' ? 'none' : habitsOf(leaf) === fixedWidth ? 'fixed' : '';
    const key = `${leaf.version}\u0000${kind}`;
    const meaning = meanings.get(key) ?? versionsOf(leaf);
    meanings.set(key, meaning);
    return meaning;
  };

  const fixFor = (vulnerability: CsafVulnerability, place: number, leaf: CsafLeaf): Fix => {
    const own = fixes.get(vulnerability) ?? new Map<number, Fix>();
    fixes.set(vulnerability, own);
    const known = own.get(place);
    if (known !== undefined) return known;
    const byLeaf = remedies.get(vulnerability) ?? remediationsByLeaf(vulnerability);
    remedies.set(vulnerability, byLeaf);
    const fix = fixOf(vulnerability, byLeaf.get(place) ?? [], meaningOf(leaf), updateTo);
    own.set(place, fix);
    return fix;
  };

  /** Answers for one reading, by leaf text and the vendor's habits. */
  const answersFor = (reading: Reading): VersionAnswers => {
    const own = versionAnswers(JSON.stringify(reading), () => new Map());
    return ({ leaf, meaning }) => {
      const habits = habitsOf(leaf);
      const known = own.get(meaning)?.[habits.fixedWidth === true ? 1 : 0];
      if (known !== undefined) return known;
      const answer = decide(reading, meaning, habits);
      const pair = own.get(meaning) ?? [undefined, undefined];
      pair[habits.fixedWidth === true ? 1 : 0] = answer;
      own.set(meaning, pair);
      return answer;
    };
  };

  const prepareDocument = (doc: number, candidates: readonly Candidate[]): Prepared => {
    const byVulnerability = new Map<number, Stated[]>();
    for (const candidate of candidates) {
      const leaf = documents[doc]?.body.leaves[candidate.ref.leaf];
      if (leaf === undefined) continue;
      for (const { vulnerability, status } of listed[doc]?.get(candidate.ref.leaf) ?? []) {
        const stated = byVulnerability.get(vulnerability) ?? [];
        stated.push({ candidate, leaf, status, meaning: meaningOf(leaf) });
        byVulnerability.set(vulnerability, stated);
      }
    }
    const alike = new Map<string, Alike>();
    for (const [vulnerability, all] of byVulnerability) {
      const stated = mostSpecific(all);
      const signature = stated.map(({ candidate, status }) => `${candidate.ref.leaf}${status}`).join();
      const known = alike.get(signature);
      if (known === undefined) alike.set(signature, { stated, vulnerabilities: [vulnerability], said: new Map() });
      else known.vulnerabilities.push(vulnerability);
    }
    return { doc, alike: [...alike.values()] };
  };

  const prepare = (part: PartIdentity): Prepared[] => {
    const byDoc = Map.groupBy(findCandidates(names, part, synonyms), ({ ref }) => ref.doc);
    return Array.from(byDoc, ([doc, candidates]) => prepareDocument(doc, candidates));
  };

  const say = (doc: number, at: number, { verdict, reason, by }: Decided): ControllerMatch | undefined => {
    const document = documents[doc];
    const vulnerability = document?.body.vulnerabilities[at];
    if (document === undefined || vulnerability === undefined) return undefined;
    const { candidate, leaf } = by;
    const place = candidate.ref.leaf;
    const { fixState, fixedVersion, remediations } = fixFor(vulnerability, place, leaf);
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
      for (const { stated, vulnerabilities, said } of alike) {
        const decided = decideVulnerability(stated, reading, answers);
        if (decided === undefined) continue;
        const key = `${decided.verdict} ${decided.reason ?? ''} ${decided.by.candidate.ref.leaf}`;
        const known = said.get(key) ?? vulnerabilities.flatMap((at) => say(doc, at, decided) ?? []);
        said.set(key, known);
        matches.push(...known);
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
