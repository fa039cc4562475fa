import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commonPasswordsFile, commonPasswordsModule } from '../../../../scripts/common-passwords.ts';
import { commonPasswords } from './common-passwords.generated.ts';

describe('the list of common passwords', () => {
  it('is what the script makes of the pinned package', () => {
    expect(readFileSync(commonPasswordsFile, 'utf8')).toBe(commonPasswordsModule());
  });

  it('has ten thousand words, each once, none that is too short for any setting', () => {
    const words = commonPasswords.split(' ');
    expect(new Set(words).size).toBe(10_000);
    expect(words.filter((word) => Array.from(word).length < 8)).toEqual([]);
    for (const word of ['password', 'sunshine', 'qwertyuiop']) expect(words).toContain(word);
  });
});
