import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ControllerDocument, ControllerDocuments, KnownThreat } from '../vulnerabilities/types.ts';
import type { HeldIdentity } from './identity-store.ts';
import { PRIORITY_RULES } from './priority.ts';
import type {
  ControllerContext,
  ControllerFinding,
  FindingWhy,
  HeldAnswer,
  OtherVerdict,
  Threat,
  WhyDocument,
  WhyRemediation,
} from './types.ts';

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
      ...defined({ url, date }),
    }));
};

const documentOf = (
  document: ControllerDocument,
  body: CsafBody,
  vulnerability: string,
  says: OtherVerdict,
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
    ...defined({ disclaimer: body.disclaimer }),
    says,
    remediations: remediationsOf(body, vulnerability, says.leaf),
    ...defined({ cvss: about?.cvss, score: about?.score }),
  };
};

export const whyOf = (
  finding: ControllerFinding,
  known: {
    readonly open: () => ControllerDocuments | null;
    readonly identity: HeldIdentity | undefined;
    readonly parts: FindingWhy['parts'];
    readonly answer: HeldAnswer | undefined;
    readonly threat: Threat;
    readonly known: KnownThreat | undefined;
    readonly contexts: readonly ControllerContext[];
  },
): FindingWhy => {
  const verdicts: OtherVerdict[] = [
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
  const source = known.open();
  const documents: WhyDocument[] = [];
  if (source !== null) {
    try {
      const held = new Map(source.byKey(verdicts.map(({ document }) => document)).map((one) => [one.key, one]));
      for (const says of verdicts) {
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
    parts: known.parts,
  };
};
