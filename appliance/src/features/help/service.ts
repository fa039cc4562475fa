import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpDir } from '@sallyport/ui/assets';
import { type ChapterName, chapterNames } from '@sallyport/ui/help/chapters';
import type { Chapter } from '@sallyport/ui/help/help.tsx';
import { type Block, parseMarkdown, plainText } from '@sallyport/ui/help/markdown';
import { type Lang, langs } from '@sallyport/ui/i18n/types';

/** A place in the help that a search found. */
type HelpHit = {
  readonly chapter: ChapterName;
  readonly id: string;
  readonly title: string;
  readonly in: string;
};

/** The help in its languages. */
export type HelpService = {
  chapters(lang: Lang): readonly Chapter[];
  /** Parts whose heading or text has the words; those with it in the heading first. */
  find(lang: Lang, text: string): readonly HelpHit[];
};

const textOf = (block: Block): string => {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'list':
      return block.items.map(plainText).join(' ');
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(plainText).join(' ')).join(' ');
    default:
      return plainText(block.content);
  }
};

const chapterOf = (name: ChapterName, blocks: readonly Block[]): Chapter => {
  const parts: { id: string; title: string; blocks: Block[] }[] = [];
  let title = '';
  for (const block of blocks) {
    if (block.kind === 'title') title = block.text;
    else if (block.kind === 'part') parts.push({ id: `part-${parts.length}`, title: block.text, blocks: [] });
    else {
      if (parts.length === 0) parts.push({ id: 'part-0', title: '', blocks: [] });
      parts.at(-1)?.blocks.push(block);
    }
  }
  return { name, title, parts };
};

const readBook = (lang: Lang): readonly Chapter[] =>
  chapterNames.map((name) => chapterOf(name, parseMarkdown(readFileSync(join(helpDir, lang, `${name}.md`), 'utf8'))));

/** A part of a chapter as it is searched, in small letters. */
type Searched = { readonly heading: string; readonly text: string; readonly hit: HelpHit };

const searchedOf = ({ name, title, parts }: Chapter): Searched[] =>
  parts.map(({ id, title: part, blocks }) => ({
    heading: `${title} ${part}`.toLowerCase(),
    text: blocks.map(textOf).join('\n').toLowerCase(),
    hit: { chapter: name, id, title: part === '' ? title : part, in: title },
  }));

/** Reads the help of all languages, once. */
export function helpService(): HelpService {
  const books = new Map(langs.map((lang) => [lang, readBook(lang)]));
  const chapters = (lang: Lang): readonly Chapter[] => books.get(lang) ?? [];
  const searched = new Map(langs.map((lang) => [lang, chapters(lang).flatMap(searchedOf)]));
  return {
    chapters,
    find: (lang, text) => {
      const wanted = text.trim().toLowerCase();
      if (wanted.length < 2) return [];
      const parts = searched.get(lang) ?? [];
      const inHeading = parts.filter(({ heading }) => heading.includes(wanted));
      const inText = parts.filter((part) => !part.heading.includes(wanted) && part.text.includes(wanted));
      return [...inHeading, ...inText].map(({ hit }) => hit);
    },
  };
}
