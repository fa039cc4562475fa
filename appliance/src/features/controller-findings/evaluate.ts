import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { severityOfScore } from '@sallyport/bundle-tools/advisories/cvss';
import type { IndexedDocument, PartIdentity, Synonym } from '@sallyport/bundle-tools/controllers/match-types';
import type { ControllerDocument, ControllerDocuments, Severity } from '../vulnerabilities/types.ts';
import type { Answers } from './answers.ts';
import type { HeldIdentity } from './identity-store.ts';
import type { NewMatch } from './match-store.ts';
import { judge } from './precedence.ts';
import { encodeThreat, threatOf } from './priority.ts';
import type { ThreatLookUp } from './threat-store.ts';
import type { IndexBuilder } from './types.ts';

/** What a document says of a vulnerability itself. */
type Rating = { readonly severity: Severity; readonly score: number | null; readonly vector: string | undefined };

/** Documents as they are matched: their index, and beside it what decides between them. */
export type Loaded = {
  readonly index: ReturnType<IndexBuilder>;
  /** Places of all documents in the index. */
  readonly every: ReadonlySet<number>;
  readonly documents: ReadonlyMap<string, ControllerDocument>;
  readonly ratings: ReadonlyMap<string, ReadonlyMap<string, Rating>>;
};

const severityOf = (score: number | undefined): Severity => (score === undefined ? 'unknown' : severityOfScore(score));

const ratingsOf = (body: CsafBody): ReadonlyMap<string, Rating> =>
  new Map(
    body.vulnerabilities.map(({ id, score, cvss }): [string, Rating] => [
      id,
      { severity: severityOf(score), score: score ?? null, vector: cvss },
    ]),
  );

/** What matching never looks at is not kept in memory: texts for people come from the snapshot when they are shown. */
const withoutTexts = (body: CsafBody): CsafBody => {
  const { disclaimer: _disclaimer, ...kept } = body;
  return {
    ...kept,
    vulnerabilities: body.vulnerabilities.map(({ title: _title, ...vulnerability }) => vulnerability),
  };
};

/** Reads documents into an index. */
export const loadDocuments = (
  source: Pick<ControllerDocuments, 'body'>,
  documents: readonly ControllerDocument[],
  synonyms: readonly Synonym[],
  build: IndexBuilder,
): Loaded => {
  const ratings = new Map<string, ReadonlyMap<string, Rating>>();
  const indexed: IndexedDocument[] = [];
  for (const document of documents) {
    const body = source.body(document.adv);
    ratings.set(document.key, ratingsOf(body));
    indexed.push({ key: document.key, body: withoutTexts(body) });
  }
  return {
    index: build(indexed, synonyms),
    every: new Set(indexed.keys()),
    documents: new Map(documents.map((document) => [document.key, document])),
    ratings,
  };
};

type ThreatReader = (vulnerability: string, vector: string | undefined) => number;

/** Reads each vector of a vulnerability once. */
export const threatReader = (threats: ThreatLookUp): ThreatReader => {
  const known = new Map<string, number>();
  return (vulnerability, vector) => {
    const key = `${vulnerability} ${vector ?? ''}`;
    const code = known.get(key) ?? encodeThreat(threatOf(vector, threats.get(vulnerability)));
    known.set(key, code);
    return code;
  };
};

/** All that holds of one part, by every document that was loaded and every answer that was given. */
export const evaluate = (
  { index, every, documents, ratings }: Loaded,
  part: Pick<HeldIdentity, 'product' | 'build'> & { readonly identity: PartIdentity },
  answers: Answers,
  threatFor: ThreatReader,
  scope?: ReadonlySet<string>,
): NewMatch[] => {
  // Each identity is asked once, so nothing is gained by what `match` keeps of its answers.
  const all = index.matchDocuments(part.identity, every);
  const matches = scope === undefined ? all : all.filter(({ vulnerability }) => scope.has(vulnerability));
  return judge(matches, (key) => documents.get(key)?.category ?? 'other').map((judgement) => {
    const { vulnerability } = judgement;
    const about = ratings.get(judgement.document)?.get(vulnerability);
    const applied = answers.find({
      product: part.product,
      build: part.build,
      document: judgement.document,
      revision: documents.get(judgement.document)?.revision ?? '',
      vulnerability,
    });
    return {
      ...judgement,
      verdict: applied.verdict ?? judgement.verdict,
      matched: judgement.verdict,
      answer: applied.answer,
      former: applied.former,
      severity: about?.severity ?? 'unknown',
      score: about?.score ?? null,
      threat: threatFor(vulnerability, about?.vector),
    };
  });
};
