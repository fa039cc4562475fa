import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import { type ControllerDocument, openDocuments } from '../../vulnerabilities/csaf-queries.ts';
import type { KnownThreat } from '../../vulnerabilities/threat-queries.ts';
import type { HeldIdentity } from './identity-store.ts';
import { PRIORITY_RULES, type Threat } from './priority.ts';
import type { HeldAnswer } from './review.ts';
import type { OtherSaying, PlcContext, PlcFinding } from './types.ts';

export type WhyRemediation = {
  readonly category: string;
  readonly details: string;
  readonly url?: string;
  readonly date?: string;
};

/** A document about the finding: the one that decided, or another about the same. */
export type WhyDocument = {
  readonly key: string;
  readonly title: string;
  readonly publisher: string;
  readonly category: CsafBody['category'];
  readonly revision: string;
  readonly status: CsafBody['status'];
  readonly modified: string;
  readonly feed: string;
  readonly disclaimer?: string;
  readonly says: Pick<OtherSaying, 'verdict' | 'reason' | 'level' | 'path' | 'versionText'>;
  readonly remediations: readonly WhyRemediation[];
  readonly cvss?: string;
  readonly score?: number;
};

/** Why a finding is one: what was read, what the document says, by whom, and what was made of it. */
export type FindingWhy = {
  readonly finding: PlcFinding;
  readonly identity: PartIdentity;
  readonly documents: readonly WhyDocument[];
  readonly rule: string;
  readonly threat: Threat;
  /** What a person said of it, and holds. */
  readonly answer: HeldAnswer | undefined;
  /** What catalogues of exploitation say of it. */
  readonly known: KnownThreat | undefined;
  readonly contexts: readonly PlcContext[];
  readonly bearers: readonly { plc: number; part: number; part_key: string; since: number }[];
};

const MAX_REMEDIATIONS = 50;

const remediationsOf = (body: CsafBody, vulnerability: string, leaf: string): WhyRemediation[] => {
  const about = body.vulnerabilities.find(({ id }) => id === vulnerability);
  const place = body.leaves.findIndex(({ id }) => id === leaf);
  return (about?.remediations ?? [])
    .filter(({ leaves }) => leaves.length === 0 || leaves.includes(place))
    .slice(0, MAX_REMEDIATIONS)
    .map(({ category, details, url, date }) => ({
      category,
      details,
      ...(url === undefined ? {} : { url }),
      ...(date === undefined ? {} : { date }),
    }));
};

const documentOf = (
  document: ControllerDocument,
  body: CsafBody,
  vulnerability: string,
  says: OtherSaying,
): WhyDocument => {
  const about = body.vulnerabilities.find(({ id }) => id === vulnerability);
  return {
    key: document.key,
    title: document.title,
    publisher: document.publisher,
    category: document.category,
    revision: document.revision,
    status: document.status,
    modified: document.modified,
    feed: document.feed,
    ...(body.disclaimer === undefined ? {} : { disclaimer: body.disclaimer }),
    says,
    remediations: remediationsOf(body, vulnerability, says.leaf),
    ...(about?.cvss === undefined ? {} : { cvss: about.cvss }),
    ...(about?.score === undefined ? {} : { score: about.score }),
  };
};

export const whyOf = (
  finding: PlcFinding,
  known: {
    readonly folder: string;
    readonly number: number;
    readonly identity: HeldIdentity | undefined;
    readonly bearers: FindingWhy['bearers'];
    readonly answer: HeldAnswer | undefined;
    readonly threat: Threat;
    readonly known: KnownThreat | undefined;
    readonly contexts: readonly PlcContext[];
  },
): FindingWhy => {
  const sayings: OtherSaying[] = [
    {
      document: finding.advisory,
      verdict: finding.matched,
      reason: finding.reason,
      level: finding.level,
      leaf: finding.leaf,
      path: finding.path,
      versionText: finding.versionText,
    },
    ...finding.others,
  ];
  const source = openDocuments(known.folder, known.number);
  const documents: WhyDocument[] = [];
  if (source !== null) {
    try {
      const held = new Map(source.byKey(sayings.map(({ document }) => document)).map((one) => [one.key, one]));
      for (const says of sayings) {
        const document = held.get(says.document);
        if (document === undefined) continue;
        documents.push(documentOf(document, source.body(document.adv), finding.vulnerability, says));
      }
    } finally {
      source.close();
    }
  }
  return {
    finding,
    identity: known.identity?.identity ?? {},
    documents,
    rule: PRIORITY_RULES,
    answer: known.answer,
    threat: known.threat,
    known: known.known,
    contexts: known.contexts,
    bearers: known.bearers,
  };
};
