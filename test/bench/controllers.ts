import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countClasses } from '@sallyport/bundle-tools/advisories/csaf/classes';
import type { CsafBody } from '@sallyport/bundle-tools/advisories/csaf/normal';
import { collectFeed } from '@sallyport/bundle-tools/advisories/feed';
import { readCsafSource } from '@sallyport/bundle-tools/advisories/sources/csaf';
import { controllerIndex, indexed } from '@sallyport/bundle-tools/controllers/match';
import type { ControllerMatch, PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { repositoryRoot } from '../support/sources.ts';
import { type Result, timed } from './report.ts';
import { random } from './support/random.ts';

const controllers = 10_000;
const changedDocuments = 20;
const corpus = (): string => join(env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data'), 'cisa-csaf.tar.gz');

/** A version near the bounds that the corpus names for a product: before, at, behind, or coarser. */
const near = (text: string, draw: () => number): string | undefined => {
  const found = /\d+(?:\.\d+)+/.exec(text)?.[0]?.split('.').map(Number);
  if (found === undefined) return undefined;
  const last = found.length - 1;
  const change = Math.floor(draw() * 3) - 1;
  const parts = found.map((part, at) => (at === last ? Math.max(0, part + change) : part));
  return `V${(draw() < 0.1 ? parts.slice(0, -1) : parts).join('.')}`;
};

/** Controllers and modules by the order numbers of the corpus, as often as it names them, in ten sites' habit of few versions. */
const draw = (bodies: readonly CsafBody[], count: number): PartIdentity[] => {
  const { next, below } = random(20_261_126);
  const numbered = bodies.flatMap(({ leaves }) => leaves.filter(({ models }) => models.length > 0));
  return Array.from({ length: count }, () => {
    const leaf = numbered[below(numbered.length)];
    const other = numbered[below(numbered.length)];
    const orderNumber = leaf?.models[0];
    const version = near(leaf?.version ?? '', next) ?? near(other?.version ?? '', next) ?? 'V2.1.3';
    return {
      ...(next() < 0.97 && leaf !== undefined ? { vendor: leaf.vendor } : {}),
      ...(orderNumber === undefined ? {} : { orderNumber }),
      ...(next() < 0.5 && leaf !== undefined ? { model: (leaf.names.at(-1) ?? '').replace(/ ?\(.*/, '') } : {}),
      ...(next() < 0.9 ? { firmware: version } : {}),
    };
  });
};

const tally = (matches: Iterable<readonly ControllerMatch[]>) => {
  const found = { affected: 0, 'not-affected': 0, review: 0 };
  for (const own of matches) for (const { verdict } of own) found[verdict] += 1;
  return found;
};

/** CSAF documents: reading the corpus, and matching a fleet of controllers against it. */
export const controllersBench = async (): Promise<Result> => {
  const input = corpus();
  if (!existsSync(input)) return { method: [], figures: [], skipped: `${input} is not here` };
  const read = await timed(() =>
    collectFeed({ results: readCsafSource({ input, feed: 'cisa' }), capturedAt: '2026-11-26T00:00:00Z' }),
  );
  const bodies = read.value.records.flatMap(({ line }) => (JSON.parse(line) as { csaf?: CsafBody }).csaf ?? []);
  const documents = indexed(bodies);
  const built = await timed(() => controllerIndex(documents));
  const parts = draw(bodies, controllers);
  const first = await timed(() => parts.map((part) => built.value.match(part)));
  const again = await timed(() => parts.map((part) => built.value.match(part)));
  const changed = await timed(() => {
    const small = controllerIndex(documents.slice(-changedDocuments));
    return parts.slice(0, 1_000).map((part) => small.match(part));
  });
  const found = tally(first.value);
  const classes = countClasses(bodies);
  const left = Object.entries(classes).filter(([name]) => name.startsWith('review'));
  return {
    method: [
      `The public corpus (${bodies.length} documents) is read from its packed tar, checked, and put into records with digests.`,
      `${controllers} parts are drawn by a fixed seed from the order numbers of the corpus; versions lie near the bounds that it names, a tenth has none, a tenth of the others is coarser.`,
      'The first match works everything out; the second finds identities and versions that it knows.',
    ],
    figures: [
      { what: 'corpus read, checked, digests', value: read.ms / 1000, unit: 's', target: '≤ 10 s' },
      { what: 'products', value: bodies.reduce((sum, { leaves }) => sum + leaves.length, 0), unit: 'products' },
      {
        what: 'products left to a person by their version text',
        value: left.reduce((sum, [, n]) => sum + n, 0),
        unit: 'products',
      },
      { what: 'index built', value: built.ms, unit: 'ms' },
      { what: `${controllers} parts matched, first time`, value: first.ms, unit: 'ms', target: '≤ 1 s' },
      { what: `${controllers} parts matched again`, value: again.ms, unit: 'ms' },
      {
        what: `${changedDocuments} changed documents, 1,000 parts, with their index`,
        value: changed.ms,
        unit: 'ms',
        target: '≤ 50 ms',
      },
      { what: 'answers', value: found.affected + found['not-affected'] + found.review, unit: 'answers' },
      { what: 'of these affected', value: found.affected, unit: 'answers' },
      { what: 'of these for a person', value: found.review, unit: 'answers' },
    ],
    remarks: ['The fleet is made of what the corpus names, so that a plant has fewer findings per controller.'],
  };
};
