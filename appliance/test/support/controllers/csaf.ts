import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { decide } from '@sallyport/bundle-tools/advisories/csaf/decide';
import { leafVersions } from '@sallyport/bundle-tools/advisories/csaf/leaf-versions';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { readLeafName } from '@sallyport/bundle-tools/controllers/leaf-name';
import type { ControllerMatch } from '@sallyport/bundle-tools/controllers/match-types';
import { spokenOfLeaves } from '@sallyport/bundle-tools/controllers/spoken-of';
import { advisorySample } from '../../../../bundle-tools/test/samples.ts';
import type { IndexBuilder } from '../../../src/features/controller-findings/types.ts';

/** A leaf of a test document: an order number, or only a name, and a version text. */
type TestLeaf = { readonly order?: string; readonly name?: string; readonly version: string };

export type TestDocument = {
  readonly id: string;
  readonly revision?: string;
  readonly category?: CsafBody['category'];
  readonly publisher?: string;
  readonly leaves: readonly TestLeaf[];
  /** By vulnerability: places of affected leaves, and of those that are not. */
  readonly vulnerabilities: Readonly<
    Record<
      string,
      { affected: readonly number[]; not?: readonly number[]; cvss?: string; score?: number; fix?: string }
    >
  >;
};

/** A document as it crosses the gap. */
export const csafAdvisory = (feed: string, document: TestDocument): Advisory => ({
  ...advisorySample(document.id, feed, { modified: '2024-10-01T00:00:00Z', severity: 'high' }),
  summary: `Title of ${document.id}`,
  csaf: {
    csaf: '2.0',
    publisher: document.publisher ?? 'https://www.siemens.com',
    publisherName: document.publisher ?? 'Siemens ProductCERT',
    category: document.category ?? 'vendor',
    trackingId: document.id,
    revision: document.revision ?? '1',
    status: 'final',
    refersTo: [],
    leaves: document.leaves.map(({ order, name, version }, at) => ({
      id: `P-${at}`,
      vendor: 'Siemens',
      names: [name ?? `CPU (${order})`],
      version,
      category: 'product_version_range' as const,
      models: order === undefined ? [] : [order],
    })),
    vulnerabilities: Object.entries(document.vulnerabilities).map(([id, said]) => ({
      id,
      affected: [...said.affected],
      notAffected: [...(said.not ?? [])],
      fixed: [],
      investigating: [],
      unknown: [],
      ...(said.cvss === undefined ? {} : { cvss: said.cvss }),
      ...(said.score === undefined ? {} : { score: said.score }),
      remediations:
        said.fix === undefined
          ? []
          : [
              {
                category: 'vendor_fix' as const,
                details: `Update to ${said.fix} or later`,
                leaves: [...said.affected],
              },
            ],
    })),
  },
});

/** A matcher of order numbers and exact names alone, for laws that hold whatever the matcher knows. */
export const plainIndex: IndexBuilder = (documents, synonyms) => {
  const matchIn = (part: Parameters<ReturnType<IndexBuilder>['match']>[0], at: number): ControllerMatch[] => {
    const entry = documents[at];
    if (entry === undefined) return [];
    const { key, body } = entry;
    return body.vulnerabilities.flatMap((vulnerability) => {
      const answers = body.leaves.flatMap((leaf, place): ControllerMatch[] => {
        const name = leaf.names.at(-1) ?? '';
        const isOrder = part.orderNumber !== undefined && leaf.models.includes(part.orderNumber);
        const isName = leaf.models.length === 0 && part.model === name;
        const word = synonyms.find((one) => one.name === (part.orderNumber ?? part.model) && one.means === name);
        const isLike =
          leaf.models.length === 0 && part.model !== undefined && part.model !== name && name.includes(part.model);
        const isFuzzy = isLike && word === undefined;
        if (!isOrder && !isName && !isFuzzy && word?.same !== true) return [];
        const isNot = vulnerability.notAffected.includes(place);
        if (!isNot && !vulnerability.affected.includes(place)) return [];
        const said = decide({ version: part.firmware ?? '' }, leafVersions(leaf.version));
        const answer = isNot
          ? ({ verdict: 'not-affected' } as const)
          : said.answer === 'review'
            ? ({ verdict: 'review', reason: said.reason } as const)
            : ({ verdict: said.answer === 'affected' ? 'affected' : 'not-affected' } as const);
        const fix = vulnerability.remediations[0]?.details.match(/Update to (\S+)/)?.[1];
        return [
          {
            doc: at,
            docKey: key,
            vulnerability: vulnerability.id,
            ...(isFuzzy ? ({ verdict: 'review', reason: 'fuzzy' } as const) : answer),
            level: isOrder ? 'M1' : isFuzzy ? 'M5' : 'M3',
            confidence: isOrder ? 1 : 0.5,
            leaf: leaf.id,
            path: [leaf.vendor, ...leaf.names],
            versionText: leaf.version,
            fixState: fix === undefined ? 'none' : 'available',
            ...(fix === undefined ? {} : { fixedVersion: fix }),
            remediations: [0],
          },
        ];
      });
      return answers.slice(0, 1);
    });
  };
  const places = documents.map((_, at) => at);
  return {
    documents,
    match: (part) => places.flatMap((at) => matchIn(part, at)),
    matchDocuments: (part, docs) => places.filter((at) => docs.has(at)).flatMap((at) => matchIn(part, at)),
    spokenOf: (doc) => spokenOfLeaves((documents[doc]?.body.leaves ?? []).map(readLeafName)),
  };
};
