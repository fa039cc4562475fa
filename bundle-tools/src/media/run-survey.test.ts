import { describe, expect, it } from 'vitest';
import { codeIn } from './run-survey.ts';

describe('what a process said when it failed', () => {
  it.each([
    ["Error: EIO: i/o error, scandir '/m' {\n  errno: -5,\n  code: 'EIO',", 'EIO'],
    ["  code: 'ERR_ACCESS_DENIED',\n", 'ERR_ACCESS_DENIED'],
    ["Error: Unknown system error -117: Unknown system error -117, scandir '/m'", 'EUCLEAN'],
    ["  code: 'Unknown system error -123',", 'ENOMEDIUM'],
    ["  code: 'Unknown system error -999',", 'errno 999'],
    ['Segmentation fault', 'unknown'],
    ['', 'unknown'],
  ])('%j has the code %s', (text, code) => {
    expect(codeIn(text)).toBe(code);
  });
});
