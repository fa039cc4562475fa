import { describe, expect, it } from 'vitest';
import { foldLetters, readingsOf } from './letters.ts';

describe('what is typed into the box', () => {
  it.each([
    ['devices, on the Russian layout', 'вумшсуы', 'devices'],
    ['устройства, on the English layout', 'ecnhjqcndf', 'устройства'],
    ['Құрылғылар, on the English layout', '09hsk5skfh', 'Құрылғылар'],
    ['Құрылғылар, on the Russian keyboard without its letters', 'курылгылар', 'Құрылғылар'],
    ['Ещё, with another е', 'еще', 'Ещё'],
  ])('is %s', (_what, typed, meant) => {
    expect(readingsOf(typed)).toContain(foldLetters(meant));
  });

  it('stays what it is, too', () => {
    expect(readingsOf(' CVE-2026-1 ')[0]).toBe('cve-2026-1');
    expect(readingsOf('')).toEqual(['']);
  });
});
