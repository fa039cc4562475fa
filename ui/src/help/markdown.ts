// The part of Markdown that the help is written in: headings, paragraphs, lists, tables, fenced code; code, strong and
// emphasised words and links to chapters inside a line. All else, HTML too, is text. The texts are ours, and still nothing
// of them becomes an element by itself: views make elements of this tree.

export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly chapter: string };

export type Block =
  | { readonly kind: 'title' | 'part'; readonly text: string; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly isNumbered: boolean; readonly items: ReadonlyArray<readonly Inline[]> }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'table'; readonly head: ReadonlyArray<readonly Inline[]>; readonly rows: ReadonlyArray<Row> };
type Row = ReadonlyArray<readonly Inline[]>;

const marks = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([a-z-]+)\)/g;

const inlineOf = (line: string): Inline[] => {
  const found: Inline[] = [];
  let at = 0;
  const text = (until: number): void => {
    if (until > at) found.push({ kind: 'text', text: line.slice(at, until) });
  };
  for (const match of line.matchAll(marks)) {
    text(match.index);
    const [whole, code, strong, emphasis, label, chapter] = match;
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) found.push({ kind: 'emphasis', text: emphasis });
    else if (label !== undefined && chapter !== undefined) found.push({ kind: 'link', text: label, chapter });
    at = match.index + whole.length;
  }
  text(line.length);
  return found;
};

/** The text of a line without its marks. */
export function plainText(content: readonly Inline[]): string {
  return content.map(({ text }) => text).join('');
}

const heading = (line: string): Block | undefined => {
  const [, level, text] = /^(#{1,2}) (.+)$/.exec(line) ?? [];
  if (level === undefined || text === undefined) return undefined;
  const content = inlineOf(text);
  return { kind: level === '#' ? 'title' : 'part', text: plainText(content), content };
};

const item = /^(?:(-)|(\d{1,2})\.) +(.+)$/;
const cells = (line: string): Row =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => inlineOf(cell.trim()));
const isRule = (line: string): boolean => /^\|(?: ?-+ ?\|)+$/.test(line);

/** Reads a text of the help. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (belongs: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    for (let line = lines[at]; line !== undefined && belongs(line); line = lines[at]) {
      taken.push(line);
      at += 1;
    }
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const made = heading(line);
    if (line.trim() === '') at += 1;
    else if (made !== undefined) {
      blocks.push(made);
      at += 1;
    } else if (line.startsWith('```')) {
      at += 1;
      const code = takeWhile((one) => !one.startsWith('```'));
      at += 1;
      blocks.push({ kind: 'code', language: line.slice(3).trim(), text: code.join('\n') });
    } else if (item.test(line)) {
      const isNumbered = !line.startsWith('-');
      const items = takeWhile((one) => item.test(one)).map((one) => inlineOf(item.exec(one)?.[3] ?? ''));
      blocks.push({ kind: 'list', isNumbered, items });
    } else if (line.startsWith('|') && isRule(lines[at + 1] ?? '')) {
      const [head = '', , ...rows] = takeWhile((one) => one.startsWith('|'));
      blocks.push({ kind: 'table', head: cells(head), rows: rows.map(cells) });
    } else {
      // The first line belongs to it in any case, so that reading always goes on.
      at += 1;
      const rest = takeWhile((one) => one.trim() !== '' && !/^(?:#{1,2} |```|\|)/.test(one) && !item.test(one));
      blocks.push({ kind: 'paragraph', content: inlineOf([line, ...rest].join(' ')) });
    }
  }
  return blocks;
}
