import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';

// What a person entered is kept whole or refused with the limit (platform/entered-line.ts): a reason that was cut off without a
// word is read later as if it were all of it.

/** Who may cut, and why nothing is lost. */
const mayCut: Readonly<Record<string, string>> = {
  'appliance/src/engine/objects/writer.ts':
    'comments that the appliance itself makes; those of persons are bounded at their doors',
  'appliance/src/features/accounts/login-pages.tsx':
    'names and codes that are compared, or shown again to who typed them',
  'appliance/src/features/controllers/ingest.ts': 'what files and agents report',
  'appliance/src/features/offline-import/pages.tsx': 'the name of a file',
  'appliance/src/features/patches/approval-pages.tsx': 'the name of a file',
  'appliance/src/features/patches/approvals.ts': 'the name of a file',
  'appliance/src/features/patches/service.ts': 'the name of a file',
};

/** Text of a form or a cleaned line that is cut. */
const cutsIn = (text: string): string[] =>
  codeOnly(text).match(
    /(?:\btext\([^()]*\)|\bcleanLines?\([^;()]*(?:\([^()]*\))?[^;()]*\))\s*(?:\.trim\(\)\s*)?\.slice\(0/g,
  ) ?? [];

describe('what a person entered', () => {
  const files = sourceFiles('appliance/src').filter(({ path }) => !/\.test\.tsx?$/.test(path));

  it('is not cut off without a word', () => {
    const found = files.flatMap(({ path, text }) => (cutsIn(text).length > 0 ? [path] : []));
    expect(found.filter((path) => !Object.hasOwn(mayCut, path))).toEqual([]);
    // And nothing is excused that needs it no more.
    expect(Object.keys(mayCut).filter((path) => !found.includes(path))).toEqual([]);
  });

  it('would be found, however it is cut', () => {
    const planted = [
      "const comment = form.text('comment').trim().slice(0, 500);",
      "x(form.text('reason').slice(0, 500));",
      'const reason = cleanLine(given.reason).trim().slice(0, maxReason);',
      "const order = cleanLine(given.workOrder ?? '')\n  .trim()\n  .slice(0, 100);",
      'comment: cleanLine(change.comment).slice(0, 1_000),',
    ];
    expect(planted.filter((text) => cutsIn(text).length === 0)).toEqual([]);
    expect(cutsIn('enteredLine(form.text(name)); sha256.slice(0, 16); cleanLine(id); a.slice(0, 5);')).toEqual([]);
  });
});
