import { describe, expect, it } from 'vitest';
import { commonVersion, spokenText, spokenVersions } from './version.ts';

describe('the version of the calls of agents', () => {
  it.each([
    ['1', [1], 1],
    ['1, 2', [1], 1],
    ['2,1', [1, 2, 3], 2],
    ['3', [1, 2], undefined],
    [undefined, [1, 2], 1],
    [undefined, [2], undefined],
    ['', [1], undefined],
    ['one', [1], undefined],
    ['1,', [1], undefined],
    ['0', [1], undefined],
    [Array.from({ length: 17 }, () => '1').join(), [1], undefined],
  ] as const)('of %j with %j is %j', (header, spoken, common) => {
    expect(commonVersion(header, spoken)).toBe(common);
  });

  it('is one that this release finds in its own header', () => {
    expect(commonVersion(spokenText)).toBe(Math.max(...spokenVersions));
  });
});
