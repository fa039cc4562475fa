import { type Answer, decide, type Reading } from '../advisories/csaf/decide.ts';
import { documentKey, isVendorsOwn } from '../advisories/csaf/document.ts';
import type { LeafVersions } from '../advisories/csaf/leaf-versions.ts';
import type { CsafBody, CsafLeaf, CsafVulnerability } from '../advisories/csaf/normal.ts';
import { type Candidate, findCandidates, identityKey, indexNames } from './candidates.ts';
import { type Fix, fixOf } from './fix-state.ts';
import { type LeafRef, readLeafName } from './leaf-name.ts';
import type { ControllerIndex, ControllerMatch, IndexedDocument, PartIdentity, Synonym } from './match-types.ts';
import { decideVulnerability, type Stated, type Status, versionsOf } from './verdict.ts';

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

// ADVISORIES 6.2: a name without a version.
const withoutVersion = 0.7;

/** Builds an index over documents; `synonyms` are what people decided about likenesses. */
export const controllerIndex = (
  documents: readonly IndexedDocument[],
  synonyms: readonly Synonym[] = [],
): ControllerIndex => {
  const refs: LeafRef[] = documents.flatMap(({ body }, doc) =>
    body.leaves.map((leaf, at) => ({ doc, leaf: at, name: readLeafName(leaf) })),
  );
  const names = indexNames(refs);
  const listed = documents.map(({ body }) => listLeaves(body));
  const vendorsOwn = documents.map(({ body }) => isVendorsOwn(body));
  const meanings = new Map<CsafLeaf, LeafVersions>();
  const candidatesOf = held<readonly Candidate[]>();
  const answersTo = held<ControllerMatch[]>();
  const versionAnswers = held<Answer>();
  const fixes = held<Fix>();

  const answer = (reading: Reading, leaf: CsafLeaf): Answer => {
    const meaning = meanings.get(leaf) ?? versionsOf(leaf);
    meanings.set(leaf, meaning);
    if (meaning.kind !== 'intervals') return decide(reading, meaning);
    return versionAnswers(`${leaf.version}\u0000${meaning.of}\u0000${reading[meaning.of] ?? ''}`, () =>
      decide(reading, meaning),
    );
  };

  const matchDocument = (doc: number, candidates: readonly Candidate[], reading: Reading): ControllerMatch[] => {
    const document = documents[doc];
    if (document === undefined) return [];
    const { body, key } = document;
    const byVulnerability = new Map<number, Stated[]>();
    for (const candidate of candidates) {
      const leaf = body.leaves[candidate.ref.leaf];
      if (leaf === undefined) continue;
      for (const { vulnerability, status } of listed[doc]?.get(candidate.ref.leaf) ?? []) {
        const stated = byVulnerability.get(vulnerability) ?? [];
        stated.push({ candidate, leaf, status });
        byVulnerability.set(vulnerability, stated);
      }
    }
    const matches: ControllerMatch[] = [];
    for (const [at, stated] of byVulnerability) {
      const vulnerability: CsafVulnerability | undefined = body.vulnerabilities[at];
      const decided = decideVulnerability(stated, reading, answer);
      if (vulnerability === undefined || decided === undefined) continue;
      const { candidate, leaf } = decided.by;
      const fix = fixes(`${doc} ${at} ${candidate.ref.leaf}`, () =>
        fixOf(vulnerability, candidate.ref.leaf, leaf.version),
      );
      matches.push({
        doc,
        docKey: key,
        vulnerability: vulnerability.id,
        verdict: decided.verdict,
        ...(decided.reason === undefined ? {} : { reason: decided.reason }),
        level: candidate.level,
        confidence: candidate.confidence * (leaf.category === 'other' ? withoutVersion : 1),
        leaf: leaf.id,
        path: [leaf.vendor, ...leaf.names],
        versionText: leaf.version,
        ...fix,
      });
    }
    return matches;
  };

  /** The vendor's document outranks copies by others for the same vulnerability; both stay (ADVISORIES 6.2). */
  const rank = (matches: ControllerMatch[]): ControllerMatch[] => {
    const own = new Map<string, number>();
    for (const { doc, vulnerability } of matches) if (vendorsOwn[doc] === true) own.set(vulnerability, doc);
    return matches.map((match) => {
      const by = vendorsOwn[match.doc] === true ? undefined : own.get(match.vulnerability);
      return by === undefined ? match : { ...match, outrankedBy: by };
    });
  };

  const evaluate = (part: PartIdentity, docs: ReadonlySet<number> | undefined): ControllerMatch[] => {
    const identity = identityKey(part);
    const candidates = candidatesOf(identity, () => findCandidates(names, part, synonyms));
    const reading = readingOf(part);
    const byDoc = Map.groupBy(candidates, ({ ref }) => ref.doc);
    return rank(
      [...byDoc].flatMap(([doc, own]) => (docs === undefined || docs.has(doc) ? matchDocument(doc, own, reading) : [])),
    );
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
