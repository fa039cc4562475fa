import { readFileSync } from 'node:fs';
import { visibleText } from '@sallyport/bundle-tools/platform/visible-text';
import { documentFonts } from '@sallyport/ui/assets';

// Pages of A4 with text and tables in the shipped font, whose letters lie in three files: a line is cut into runs, each in
// the file that has its letters. Nothing depends on the clock: the same calls give the same bytes.

export type PdfColumn = {
  readonly head: string;
  /** Share of the width. */
  readonly share: number;
};

const [width, height] = [841.89, 595.28];
const margin = 34;
const bottom = height - margin - 14;
const inner = width - 2 * margin;
const gap = 6;
const ink = '#171c20';
const quiet = '#454e55';
const hairline = '#d6dadd';
const maxCellLines = 12;

type Face = { readonly name: string; readonly has: (code: number) => boolean };
type Run = { readonly face: string; readonly text: string };

/** What pdfkit keeps of an opened font: its table of letters. */
type Opened = { font?: { hasGlyphForCodePoint?(code: number): boolean } };

/** A document to write on; `end` gives its bytes. */
export const pdfPages = async (info: { title: string; author: string; at: number }) => {
  // A third of a second to load, and hardly any command or start of a server prints.
  const { default: PDFDocument } = await import('pdfkit');
  const [first = ''] = documentFonts();
  const doc = new PDFDocument({
    size: [width, height],
    margin,
    font: first,
    bufferPages: true,
    info: {
      Title: info.title,
      Author: info.author,
      Producer: 'Sallyport',
      Creator: 'Sallyport',
      CreationDate: new Date(info.at),
    },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });

  const faces = documentFonts().map((path, at): Face => {
    const name = `plex-${at}`;
    doc.registerFont(name, readFileSync(path));
    doc.font(name);
    const opened = (doc as unknown as { _font: Opened })._font.font;
    return { name, has: (code) => opened?.hasGlyphForCodePoint?.(code) === true };
  });
  const [base] = faces;
  if (base === undefined) throw new Error('no font');

  const faceOf = new Map<number, string>();
  const faceFor = (code: number): string | undefined => {
    const held = faceOf.get(code);
    if (held !== undefined) return held === '' ? undefined : held;
    const name = faces.find(({ has }) => has(code))?.name;
    faceOf.set(code, name ?? '');
    return name;
  };

  /** Letters that no file has become a question mark. */
  const runsOf = (text: string): Run[] => {
    const runs: { face: string; text: string }[] = [];
    for (const letter of text) {
      const face = faceFor(letter.codePointAt(0) ?? 0);
      const last = runs.at(-1);
      const shown = face === undefined ? '?' : letter;
      const name = face ?? base.name;
      if (last?.face === name) last.text += shown;
      else runs.push({ face: name, text: shown });
    }
    return runs;
  };

  const widths = new Map<string, number>();
  const widthOf = (word: string, size: number): number => {
    const key = `${size} ${word}`;
    const held = widths.get(key);
    if (held !== undefined) return held;
    let sum = 0;
    for (const run of runsOf(word)) sum += doc.font(run.face).fontSize(size).widthOfString(run.text);
    if (widths.size > 50_000) widths.clear();
    widths.set(key, sum);
    return sum;
  };

  /** Breaks at spaces, and inside of words that are longer than a line, such as hashes. */
  const wrap = (text: string, size: number, room: number): string[] => {
    const lines: string[] = [];
    for (const paragraph of visibleText(text).split('\n')) {
      let line = '';
      for (const given of paragraph.split(' ')) {
        let word = given;
        while (widthOf(word, size) > room && word.length > 1) {
          let cut = Math.max(1, Math.floor((word.length * room) / widthOf(word, size)));
          while (cut > 1 && widthOf(word.slice(0, cut), size) > room) cut -= 1;
          if (line !== '') lines.push(line);
          lines.push(word.slice(0, cut));
          line = '';
          word = word.slice(cut);
        }
        const longer = line === '' ? word : `${line} ${word}`;
        if (widthOf(longer, size) > room && line !== '') {
          lines.push(line);
          line = word;
        } else line = longer;
      }
      lines.push(line);
    }
    return lines;
  };

  let y = margin;
  const newPage = (): void => {
    doc.addPage({ size: [width, height], margin });
    y = margin;
  };
  const room = (needed: number): void => {
    if (y + needed > bottom) newPage();
  };
  const write = (line: string, x: number, top: number, size: number, colour: string): void => {
    let at = x;
    for (const run of runsOf(line)) {
      doc.font(run.face).fontSize(size).fillColor(colour).text(run.text, at, top, { lineBreak: false });
      at += doc.widthOfString(run.text);
    }
  };

  const text = (content: string, size = 9, colour = ink): void => {
    for (const line of wrap(content, size, inner)) {
      room(size * 1.4);
      write(line, margin, y, size, colour);
      y += size * 1.4;
    }
  };

  const table = (columns: readonly PdfColumn[], rows: Iterable<readonly string[]>): void => {
    const size = 7.5;
    const leading = size * 1.35;
    const sum = columns.reduce((total, { share }) => total + share, 0);
    const places = columns.map(({ share }) => (share / sum) * inner);
    const line = (cells: readonly (readonly string[])[], colour: string): void => {
      let x = margin;
      cells.forEach((lines, at) => {
        lines.forEach((one, row) => {
          write(one, x, y + row * leading, size, colour);
        });
        x += places[at] ?? 0;
      });
      y += Math.max(1, ...cells.map((lines) => lines.length)) * leading + 3;
      doc
        .moveTo(margin, y - 1.5)
        .lineTo(margin + inner, y - 1.5)
        .lineWidth(0.4)
        .strokeColor(hairline)
        .stroke();
    };
    const heads = columns.map(({ head }, at) => wrap(head, size, (places[at] ?? 0) - gap));
    const head = (): void => line(heads, quiet);
    room(4 * leading);
    head();
    for (const row of rows) {
      const cells = columns.map((_, at) => {
        const lines = wrap(row[at] ?? '', size, (places[at] ?? 0) - gap);
        return lines.length > maxCellLines ? [...lines.slice(0, maxCellLines - 1), '…'] : lines;
      });
      const needed = Math.max(1, ...cells.map((lines) => lines.length)) * leading + 3;
      if (y + needed > bottom) {
        newPage();
        head();
      }
      line(cells, ink);
    }
  };

  return {
    text,
    heading: (content: string, size = 13): void => {
      y += y > margin ? 10 : 0;
      room(size * 4);
      text(content, size);
      y += 3;
    },
    table,
    /** Writes the foot of every page and ends the document. */
    end: async (foot: (page: number, pages: number) => string): Promise<Buffer> => {
      const { count } = doc.bufferedPageRange();
      for (let page = 0; page < count; page += 1) {
        doc.switchToPage(page);
        write(foot(page + 1, count), margin, height - margin - 6, 7, quiet);
      }
      doc.end();
      return done;
    },
  };
};
