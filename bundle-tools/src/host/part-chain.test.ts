import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatalogPart, catalogParts, chooseChain } from './part-chain.ts';

const part = (from: string, to: string, sizeBytes: number): CatalogPart => ({
  feed: 'f',
  from,
  to,
  line: 0,
  sizeBytes,
});
const ways = (parts: ReadonlyArray<CatalogPart>) => parts.map(({ from, to }) => `${from || '0'}>${to}`);
const position = (at: number) => at.toString(16).padStart(16, '0');

describe('chooseChain', () => {
  const parts = [part('', 'd', 100), part('a', 'b', 10), part('b', 'c', 10), part('c', 'd', 10)];

  it('brings a new site the full part', () => {
    expect(ways(chooseChain(parts, undefined))).toEqual(['0>d']);
    expect(ways(chooseChain(parts, ''))).toEqual(['0>d']);
  });

  it('starts the deltas at the cursor of the site, in order', () => {
    expect(ways(chooseChain(parts, 'a'))).toEqual(['a>b', 'b>c', 'c>d']);
    expect(ways(chooseChain(parts, 'c'))).toEqual(['c>d']);
  });

  it('sends nothing to a site that is there, and everything to one that nobody knows', () => {
    expect(chooseChain(parts, 'd')).toEqual([]);
    expect(ways(chooseChain(parts, 'elsewhere'))).toEqual(['0>d']);
  });

  it('takes the full part where the deltas are larger', () => {
    expect(ways(chooseChain([part('', 'c', 15), part('a', 'b', 10), part('b', 'c', 10)], 'a'))).toEqual(['0>c']);
  });

  it('always joins, ends at the head and never costs more than the full part', () => {
    const history = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(history, fc.nat(40), fc.integer({ min: 1, max: 5000 }), (sizes, at, fullBytes) => {
        const head = position(sizes.length);
        const deltas = sizes.map((size, index) => part(position(index), position(index + 1), size));
        const chain = chooseChain([part('', head, fullBytes), ...deltas], position(at));
        if (at === sizes.length) return chain.length === 0;
        const joins = chain.every((one, index) => one.from === (index === 0 ? one.from : chain[index - 1]?.to));
        const start = chain[0]?.from;
        const cost = chain.reduce((sum, one) => sum + one.sizeBytes, 0);
        return joins && chain.at(-1)?.to === head && (start === '' || start === position(at)) && cost <= fullBytes;
      }),
    );
  });
});

describe('catalogParts', () => {
  it('reads parts from the paths of advisory lines only', () => {
    const line = (path: string, kind: 'advisory' | 'document' = 'advisory') => ({
      path,
      kind,
      sha256: 'a'.repeat(64),
      size: 5,
    });
    const to = '0123456789abcdef';
    const lines = [
      line(`advisories/osv/0-${to}.jsonl.gz`),
      line(`advisories/osv/${to}-${to}.jsonl.gz`),
      line(`advisories/osv/0-${to}.jsonl.gz`, 'document'),
      line('advisories/osv/readme'),
      line(`advisories/../0-${to}.jsonl.gz`),
    ];
    expect(catalogParts(lines).map(({ from, line: at }) => [from, at])).toEqual([
      ['', 0],
      [to, 1],
    ]);
  });
});
