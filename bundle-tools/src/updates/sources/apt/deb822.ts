import { splitLines } from '../../../advisories/lines.ts';
import { BundleError } from '../../../errors.ts';

// Debian control files: paragraphs of `Field: value`, continued by lines that start with a blank.

/** Field names in lower case. */
export type Paragraph = ReadonlyMap<string, string>;

const MAX_LINE_BYTES = 4 << 20;
const MAX_PARAGRAPH_FIELDS = 500;

const isComment = (line: string): boolean => line.startsWith('#');

const paragraphBuilder = (wanted?: ReadonlySet<string>) => {
  let fields = new Map<string, string>();
  let current: string | undefined;
  let count = 0;
  return {
    take(line: string): void {
      if (line.startsWith(' ') || line.startsWith('\t')) {
        if (current !== undefined) fields.set(current, `${fields.get(current) ?? ''}\n${line.trim()}`);
        else if (count === 0) throw new BundleError('SOURCE_INVALID', 'a continued line without a field');
        return;
      }
      const colon = line.indexOf(':');
      if (colon < 1) throw new BundleError('SOURCE_INVALID', `not a field: ${line.slice(0, 60)}`);
      const name = line.slice(0, colon).toLowerCase();
      count += 1;
      if (count > MAX_PARAGRAPH_FIELDS) throw new BundleError('LIMIT', 'a paragraph with too many fields');
      current = wanted === undefined || wanted.has(name) ? name : undefined;
      if (current === undefined) return;
      if (fields.has(name)) throw new BundleError('SOURCE_INVALID', `the field ${name} stands twice`);
      fields.set(name, line.slice(colon + 1).trim());
    },
    end(): Paragraph | undefined {
      if (count === 0) return undefined;
      const done = fields;
      fields = new Map();
      current = undefined;
      count = 0;
      return done;
    },
  };
};

/** Reads paragraphs as they stream in, keeping the wanted fields only. */
export async function* readParagraphs(
  stream: AsyncIterable<Uint8Array>,
  wanted: ReadonlySet<string>,
): AsyncGenerator<Paragraph> {
  const builder = paragraphBuilder(wanted);
  for await (const bytes of splitLines(stream, MAX_LINE_BYTES)) {
    if (bytes === 'TOO_LONG') throw new BundleError('LIMIT', 'a line that is too long');
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').trimEnd();
    if (line === '') {
      const paragraph = builder.end();
      if (paragraph !== undefined) yield paragraph;
    } else if (!isComment(line)) {
      builder.take(line);
    }
  }
  const last = builder.end();
  if (last !== undefined) yield last;
}

/** The paragraphs of a small text. */
export const parseParagraphs = (text: string): Paragraph[] => {
  const builder = paragraphBuilder();
  const paragraphs: Paragraph[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    if (line === '') {
      const paragraph = builder.end();
      if (paragraph !== undefined) paragraphs.push(paragraph);
    } else if (!isComment(line)) {
      builder.take(line);
    }
  }
  const last = builder.end();
  if (last !== undefined) paragraphs.push(last);
  return paragraphs;
};
