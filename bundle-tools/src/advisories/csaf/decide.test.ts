import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { decide } from './decide.ts';
import { leafVersions } from './leaf-versions.ts';

const answer = (version: string, text: string): string => decide({ version }, leafVersions(text)).answer;

describe('a version against the text of a leaf', () => {
  it.each([
    ['V2.9.4', 'vers:all/<V2.9.7', 'affected'],
    ['V2.9.7', 'vers:all/<V2.9.7', 'not affected'],
    ['V2.9', '< V2.9.7', 'review'],
    ['V2.8', '< V2.9.7', 'affected'],
    ['33.011', '<= 33.11', 'affected'],
    ['3.1.1', '>=V2.8<V3.1.1', 'not affected'],
    ['V15 Update 1', '< V15 Update 2', 'affected'],
    ['V15 SP1', '< V15 Update 2', 'affected'],
    ['V4.8', '< V4.8 HF5', 'affected'],
    ['V4.8', '>= V4.8 HF5', 'review'],
    ['5.2', '< V5.2a', 'affected'],
    ['5.2b', '< V5.2a', 'not affected'],
    ['7.1.2', '7.1', 'review'],
    ['8.1.3', '<= 8.1', 'review'],
    ['12.3', '12.2.x', 'not affected'],
    ['12.2.9', '12.2.x', 'affected'],
    ['9.1', 'All versions <= V9.x', 'affected'],
    ['3.0.14', '< V3.X.17', 'review'],
    ['1.0', 'All versions with Ethernet interface', 'review'],
    ['4.82.004', '4.80.0024 | 4.82.004 | 4.83.001', 'affected'],
    ['R301-V5', '>=R301-V0|<R301-V6', 'affected'],
    ['anything', 'vers:all/*', 'affected'],
    ['garbage', '< V2.0', 'review'],
    ['', '< V2.0', 'review'],
    ['V6.1', '> 6.1 | < 6.1.4', 'review'],
    ['V6.1.2', '> 6.1 | < 6.1.4', 'review'],
    ['3.5.1', '>= 4.5.0 | <= 3.5.20304', 'review'],
    ['33.011', '<v36.011_v35.013_v34.014', 'affected'],
    ['34.013', '<v36.011_v35.013_v34.014', 'affected'],
    ['34.014', '<v36.011_v35.013_v34.014', 'review'],
    ['36.011', '<v36.011_v35.013_v34.014', 'not affected'],
    ['35', '<v36.011_v35.013_v34.014', 'review'],
    ['8.09', '< 8.1x', 'affected'],
    ['8.11', '< 8.1x', 'not affected'],
    ['1.597W', '<= 1.597X', 'review'],
    ['CPCI85 V05.10', '< CPCI85 V05.11', 'affected'],
    ['V05.11', '< CPCI85 V05.11', 'not affected'],
    ['QS002.01', '<=SS016.05.03.01.0010', 'review'],
    ['SS016.05.02', '<=SS016.05.03.01.0010', 'affected'],
    ['VX.2.10', '< VX.2.11', 'affected'],
    ['2.4', '<=d78dda6', 'review'],
    ['14.3', '< 14.4u1 (14.x series)', 'affected'],
    ['13.9', '< 14.4u1 (14.x series)', 'not affected'],
    ['2.06', '>= 2.3x | <= 6.00.327', 'not affected'],
    ['2.35', '>= 2.3x | <= 6.00.327', 'affected'],
    ['30.011', '28  - 32', 'affected'],
    ['32.011', '28  - 32', 'review'],
  ])('%s against %s: %s', (version, text, expected) => {
    expect(answer(version, text)).toBe(expected);
  });

  it('decides by serial number, date and BIOS only from such a reading', () => {
    const serial = leafVersions('<=the_first_5_digits_of_serial_number_22081');
    expect(decide({ serial: '22080123456' }, serial).answer).toBe('affected');
    expect(decide({ serial: '22082000000' }, serial).answer).toBe('not affected');
    expect(decide({ version: '10' }, serial).answer).toBe('review');
    const bios = leafVersions('All BIOS versions < V25.02.10');
    expect(decide({ bios: 'V25.02.09' }, bios).answer).toBe('affected');
    expect(decide({ version: 'V26' }, bios).answer).toBe('review');
    expect(decide({ date: '2023-04-21' }, leafVersions('<April/22/2023')).answer).toBe('affected');
    const month = leafVersions('<=production_date_December_2020');
    expect(decide({ date: '2020-12-31' }, month).answer).toBe('affected');
    expect(decide({ date: '2021-01-01' }, month).answer).toBe('not affected');
    const letters = leafVersions('<=the_first_3_digits_of_serial_number_20X');
    expect(decide({ serial: '209123' }, letters).answer).toBe('affected');
    expect(decide({ serial: '20Y123' }, letters).answer).toBe('not affected');
  });
});

const part = fc.integer({ min: 0, max: 40 });
const version = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const refinement = fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('.'));
const leaf = fc.oneof(
  fc.tuple(fc.constantFrom('<', '<=', '>', '>='), version).map(([operator, bound]) => `${operator} V${bound}`),
  fc.tuple(version, version).map(([low, high]) => `>= ${low} | < ${high}`),
  fc.array(version, { minLength: 1, maxLength: 4 }).map((list) => list.map((one) => `V${one}.0`).join(' | ')),
);

describe('laws', () => {
  it('a coarser reading is never "not affected" when a finer one would be affected', () => {
    fc.assert(
      fc.property(leaf, version, refinement, (text, coarse, more) => {
        const finer = answer(`V${coarse}.${more}`, text);
        if (finer === 'affected') expect(answer(`V${coarse}`, text)).not.toBe('not affected');
      }),
      { numRuns: runs(5_000) },
    );
  });

  it('an unknown version is affected where all are, and for a person elsewhere', () => {
    fc.assert(
      fc.property(fc.oneof(leaf, fc.string({ maxLength: 60 })), (text) => {
        const leafSays = leafVersions(text);
        expect(decide({}, leafSays).answer).toBe(leafSays.kind === 'all' ? 'affected' : 'review');
      }),
      { numRuns: runs(3_000) },
    );
  });

  it('takes any text and any version', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), fc.string({ maxLength: 200 }), (text, reading) => {
        expect(['affected', 'not affected', 'review']).toContain(answer(reading, text));
      }),
      { numRuns: runs(3_000) },
    );
  });
});
