import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRow } from './write.ts';

// Reads RFC 4180 back, written apart from the writer.
const parse = (line: string): string[] => {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (quoted && char === '"' && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && char === ',') {
      cells.push(cell);
      cell = '';
    } else if (!quoted && line.startsWith('\r\n', at)) {
      cells.push(cell);
      return cells;
    } else cell += char;
  }
  throw new Error('no end of line');
};

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1'])('disarms %j', (cell) => {
    expect(parse(csvRow([cell]))[0]).toBe(`'${cell}`);
  });

  it('keeps numbers, also negative ones, and says unknown with nothing', () => {
    expect(csvRow([-5, 0, null, true, ['a', 'b']])).toBe('-5,0,,true,"a, b"\r\n');
  });

  it('reads back as written, but for the quote before a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 }), (cells) => {
        const back = parse(csvRow(cells));
        expect(back.map((cell, at) => (cell === `'${cells[at]}` ? cells[at] : cell))).toEqual(cells);
        for (const cell of back) expect(/^[=+\-@\t\r]/.test(cell)).toBe(false);
      }),
    );
  });
});
