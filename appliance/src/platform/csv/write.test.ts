import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
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

/** As a spreadsheet reads a row whose list separator is not ours: a quote opens a cell at its beginning only, the rest is text. */
const cellsBetween = (separator: string, line: string): string[] => {
  const cells: string[] = [];
  let at = 0;
  while (at < line.length) {
    let cell = '';
    if (line[at] === '"') {
      at += 1;
      while (at < line.length && (line[at] !== '"' || line[at + 1] === '"')) {
        cell += line[at];
        at += line[at] === '"' ? 2 : 1;
      }
      at += 1;
    }
    while (at < line.length && !`${separator}\r\n`.includes(line[at] ?? '')) {
      cell += line[at];
      at += 1;
    }
    cells.push(cell);
    at += 1;
  }
  return cells;
};

const beginsFormula = (cell: string): boolean => /^[\s\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell);

describe('CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '＝1'])('disarms %j', (cell) => {
    expect(parse(csvRow([cell]))[0]).toBe(`'${cell}`);
  });

  it.each([
    [';=1+1', '";\'=1+1"'],
    ['\t=1', '"\'\t\'=1"'],
    ['\r=1', '"\'\r\'=1"'],
    ['a;=1+1', '"a;\'=1+1"'],
    ['a\t@SUM(A1)', '"a\t\'@SUM(A1)"'],
    ['a\n-1', '"a\n\'-1"'],
    ['a;"=1', '"a;""\'=1"'],
    ['a;b', '"a;b"'],
    ['a\tb', '"a\tb"'],
  ])('quotes %j, and disarms what another list separator would make of it', (cell, written) => {
    expect(csvRow([cell])).toBe(`${written}\r\n`);
  });

  it('has no text that becomes a formula where cells are split at a comma, a semicolon or a tab', () => {
    const risky = fc.string({
      unit: fc.constantFrom('a', '"', ';', ',', '\t', '\r', '\n', ' ', "'", '=', '+', '-', '@', '＝'),
    });
    fc.assert(
      fc.property(fc.array(risky, { minLength: 1, maxLength: 4 }), (cells) => {
        const line = csvRow(cells);
        for (const separator of [',', ';', '\t'])
          expect(cellsBetween(separator, line).filter(beginsFormula), separator).toEqual([]);
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('keeps numbers, also negative ones, and says unknown with nothing', () => {
    expect(csvRow([-5, 0, null, true, ['a', 'b']])).toBe('-5,0,,true,"a, b"\r\n');
  });

  it('reads back as written, but for the quote before a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 }), (cells) => {
        const back = parse(csvRow(cells));
        const bare = (cell: string | undefined): string | undefined => cell?.replaceAll("'", '');
        expect(back.map(bare)).toEqual(cells.map(bare));
        for (const cell of back) expect(/^[=+\-@\t\r]/.test(cell)).toBe(false);
      }),
    );
  });
});
