import { describe, expect, it } from 'vitest';
import { firstFitting, textWidth } from '../src/drawing/text-width.ts';
import { catalogue } from '../src/i18n/catalogue.ts';
import { formatters } from '../src/i18n/format.ts';
import { langs } from '../src/i18n/types.ts';

const hourMs = 3_600_000;
const from = Date.parse('2026-12-13T01:00:00Z');

describe('a period', () => {
  it.each(langs)('says a common day once and two days both, with a dash: %s', (lang) => {
    const fmt = formatters({ lang, timeZone: 'Asia/Almaty', nowMs: from, units: catalogue(lang).units });
    const plain = (text: string): string => text.replace(/\s/g, ' ');
    const day = plain(fmt.period(from, from + 4 * hourMs));
    expect(day.match(/2026/g)).toHaveLength(1);
    expect(day).toMatch(/06:00–10:00$/);
    const days = plain(fmt.period(from, from + 48 * hourMs));
    expect(days.match(/2026/g)).toHaveLength(2);
    expect(days).toMatch(/06:00 – .*06:00$/);
    expect(fmt.period(from, Number.NaN)).toBe('–');
  });
});

describe('a date', () => {
  it.each([
    ['en', '13\u00a0Nov 2026'],
    ['ru', '13\u00a0нояб. 2026\u00a0г.'],
    ['kk', '2026\u00a0ж. 13\u00a0қар.'],
  ] as const)('does not break within a part: %s', (lang, text) => {
    const fmt = formatters({ lang, timeZone: 'UTC', nowMs: from, units: catalogue(lang).units });
    expect(fmt.date('2026-11-13T10:00:00Z')).toBe(text);
  });
});

describe('a text of the drawing', () => {
  it('is the fullest wording that fits, and cut when none does', () => {
    expect(firstFitting(['OK, 14 controllers', '14 controllers'], 200)).toBe('OK, 14 controllers');
    expect(firstFitting(['OK, 14 controllers', '14 controllers'], textWidth('14 controllers'))).toBe('14 controllers');
    expect(firstFitting(['OK, 14 controllers', '14 controllers'], 60)).toMatch(/…$/);
  });
});
