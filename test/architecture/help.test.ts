import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chapterNames, chapterOf, isChapter } from '@sallyport/ui/help/chapters';
import { type Block, type Inline, parseMarkdown } from '@sallyport/ui/help/markdown';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/sources.ts';

// Each page of the console leads to a chapter of the help, and each chapter is whole in three languages.

const helpDir = join(repositoryRoot, 'ui/help');
const blocksOf = (lang: string, name: string): Block[] =>
  parseMarkdown(readFileSync(join(helpDir, lang, `${name}.md`), 'utf8'));

const declared: Readonly<Record<string, { readonly pattern: string; readonly needs: { readonly GET?: string } }>> =
  paths;
const withoutChapter = (all: typeof declared): string[] =>
  Object.entries(all)
    // A file is no page.
    .filter(([, { pattern, needs }]) => needs.GET !== undefined && needs.GET !== 'open' && !pattern.endsWith('.csv'))
    .flatMap(([key, { pattern }]) => (chapterOf(pattern) === undefined ? [key] : []));

const inlinesOf = (block: Block): readonly Inline[] => {
  switch (block.kind) {
    case 'code':
      return [];
    case 'list':
      return block.items.flat();
    case 'table':
      return [block.head, ...block.rows].flat(2);
    default:
      return block.content;
  }
};

/** What all languages share: the order of blocks, commands, the sizes of tables. */
const shapeOf = (block: Block): string => {
  switch (block.kind) {
    case 'code':
      return `code ${block.text}`;
    case 'list':
      return `list of ${block.items.length}`;
    case 'table':
      return `table of ${block.rows.length} by ${block.head.length}`;
    default:
      return block.kind;
  }
};

describe('the help', () => {
  it('has a chapter for each page', () => {
    expect(
      withoutChapter(declared),
      'name the chapter of their addresses in byBeginning of ui/src/help/chapters.ts',
    ).toEqual([]);
    const planted = { fresh: { pattern: '/fresh/:id', needs: { GET: 'devices:read' } } };
    expect(withoutChapter(planted)).toEqual(['fresh']);
    expect(chapterOf('/controllersomething')).toBeUndefined();
  });

  it.each(langs)('has every chapter in %s, and no other file', (lang) => {
    expect(readdirSync(join(helpDir, lang)).sort()).toEqual(chapterNames.map((name) => `${name}.md`).sort());
  });

  it.each(chapterNames)('says in %s the same in each language: parts, commands, tables', (name) => {
    const [first, ...others] = langs.map((lang) => blocksOf(lang, name).map(shapeOf));
    // Terms are sorted by each language of its own.
    const shapes = name === 'glossary' ? [first, ...others].map((shape) => shape?.slice(0, 2)) : [first, ...others];
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
    expect(first?.[0]).toBe('title');
  });

  it.each(langs)('has in %s links to chapters alone, and explains each', (lang) => {
    const links = chapterNames.flatMap((name) =>
      blocksOf(lang, name)
        .flatMap(inlinesOf)
        .flatMap((one) => (one.kind === 'link' ? [one.chapter] : [])),
    );
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !isChapter(link))).toEqual([]);
  });

  it('has as many terms in each language', () => {
    const counts = langs.map((lang) => blocksOf(lang, 'glossary').map(shapeOf).at(-1));
    expect(new Set(counts)).toEqual(new Set([counts[0]]));
  });
});
