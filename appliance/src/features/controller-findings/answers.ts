import type { Synonym } from '@sallyport/bundle-tools/controllers/match-types';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import type { AnswerVerdict } from './types.ts';

// What people decided before: answers about findings, and names that mean one product or do not.

export const REVIEW_KIND = 'controller-review';
export const SYNONYM_KIND = 'controller-synonym';

/** One thing that an answer is about. */
type About = { readonly document: string; readonly revision: string; readonly vulnerability: string };

type Held = { readonly id: string; readonly revision: string; readonly verdict: AnswerVerdict; readonly at: number };

/** What an answer does to a finding: it holds, or it was about another revision or version, and the question is open again. */
type Applied = { readonly answer: string; readonly former: string; readonly verdict: AnswerVerdict | undefined };

const PAGE = 1_000;
const SEPARATOR = ' | ';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const encodeAbout = ({ document, revision, vulnerability }: About): string =>
  [document, revision, vulnerability].join(SEPARATOR);

const decodeAbout = (line: string): About => {
  const parts = line.split(SEPARATOR);
  // A key may hold whatever a publisher calls itself; the two at the end do not.
  const [revision = '', vulnerability = ''] = parts.splice(-2);
  return { document: parts.join(SEPARATOR), revision, vulnerability };
};

const objectsOf = function* <K extends typeof REVIEW_KIND | typeof SYNONYM_KIND>(
  objects: Pick<ObjectService, 'list'>,
  kind: K,
): Generator<ObjectOf<K>> {
  let after: string | undefined;
  do {
    const page = objects.list({ kind, limit: PAGE, ...defined({ after }) });
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
};

const linesOf = (body: Body): About[] => {
  const about = body['about'];
  return Array.isArray(about) ? about.filter((line) => typeof line === 'string').map(decodeAbout) : [];
};

/** All answers, to be asked for one finding at a time. */
export const readAnswers = (objects: Pick<ObjectService, 'list'>) => {
  const exact = new Map<string, Held>();
  // The latest answer about the product in whatever version, which no longer decides but is worth knowing.
  const earlier = new Map<string, Held>();
  let count = 0;
  for (const { id, body, updatedAt } of objectsOf(objects, REVIEW_KIND)) {
    count += 1;
    const verdict: AnswerVerdict = body['verdict'] === 'not-affected' ? 'not-affected' : 'affected';
    const product = text(body['product']);
    for (const { document, revision, vulnerability } of linesOf(body)) {
      const held = { id, revision, verdict, at: updatedAt };
      const loose = [product, document, vulnerability].join('\0');
      const key = `${loose}\0${text(body['build'])}`;
      // Of two answers the later one holds.
      const isLater = (other: Held | undefined): boolean =>
        other === undefined || other.at < held.at || (other.at === held.at && other.id < held.id);
      if (isLater(exact.get(key))) exact.set(key, held);
      if (isLater(earlier.get(loose))) earlier.set(loose, held);
    }
  }
  return {
    count,
    find: (finding: {
      product: string;
      build: string;
      document: string;
      revision: string;
      vulnerability: string;
    }): Applied => {
      const loose = [finding.product, finding.document, finding.vulnerability].join('\0');
      const held = exact.get(`${loose}\0${finding.build}`);
      if (held !== undefined && held.revision === finding.revision)
        return { answer: held.id, former: '', verdict: held.verdict };
      return { answer: '', former: held?.id ?? earlier.get(loose)?.id ?? '', verdict: undefined };
    },
  };
};

export type Answers = ReturnType<typeof readAnswers>;

/** Names that people have compared, the latest word on each pair. */
export const readSynonyms = (objects: Pick<ObjectService, 'list'>): Synonym[] => {
  const latest = new Map<string, { synonym: Synonym; at: number }>();
  for (const { body, updatedAt } of objectsOf(objects, SYNONYM_KIND)) {
    const synonym = {
      vendor: text(body['vendor']),
      name: text(body['name']),
      means: text(body['means']),
      same: body['same'] === true,
    };
    const key = [synonym.vendor, synonym.name, synonym.means].join('\0').toLowerCase();
    const held = latest.get(key);
    if (held === undefined || held.at <= updatedAt) latest.set(key, { synonym, at: updatedAt });
  }
  return [...latest.keys()].sort().flatMap((key) => latest.get(key)?.synonym ?? []);
};
