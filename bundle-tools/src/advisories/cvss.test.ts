import { describe, expect, it } from 'vitest';
import { cvss2BaseScore, cvss3BaseScore, scoreOf } from './cvss.ts';

describe('base scores', () => {
  // The examples of the CVSS v2 guide, section 3.3, and the ends of its scale.
  it.each([
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C', 6.2],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5],
    ['AV:N/AC:M/Au:N/C:N/I:P/A:N', 4.3],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:N', 0],
    ['AV:N/AC:L/Au:N/C:N/I:N', null],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', null],
    ['nonsense', null],
  ])('of version 2: %s is %s', (vector, score) => {
    expect(cvss2BaseScore(vector)).toBe(score);
  });

  it('of any vector whose formula is known', () => {
    const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    expect([scoreOf(vector), cvss3BaseScore(vector)]).toEqual([9.8, 9.8]);
    expect(scoreOf('AV:N/AC:L/Au:N/C:N/I:N/A:C')).toBe(7.8);
    expect(scoreOf('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N')).toBeUndefined();
  });
});
