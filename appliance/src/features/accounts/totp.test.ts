import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32, matchTotp, newRecoveryCodes, newTotpSecret, recoveryCode, toBase32, totpCode } from './totp.ts';

describe('one-time passwords', () => {
  // RFC 6238, appendix B, SHA-1, the last six of eight digits.
  const secret = toBase32(Buffer.from('12345678901234567890'));
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at %i s is %s', (seconds, code) => {
    expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code);
    expect(matchTotp(secret, code, seconds * 1_000, 0)).toBe(Math.floor(seconds / 30));
  });

  it('counts once, and only near its time', () => {
    const step = 40_000_000;
    const at = step * 30_000;
    const code = totpCode(secret, step);
    expect(matchTotp(secret, code, at + 30_000, step - 1)).toBe(step);
    expect(matchTotp(secret, code, at, step)).toBeUndefined();
    expect(matchTotp(secret, code, at + 60_000, 0)).toBeUndefined();
    expect(matchTotp(secret, '', at, 0)).toBeUndefined();
    expect(matchTotp('', code, at, 0)).toBeUndefined();
  });

  it('reads back every secret', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...fromBase32(toBase32(bytes))]).toEqual([...bytes]);
      }),
    );
    expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
  });
});

describe('recovery codes', () => {
  it('are ten, and the same however they are typed', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      const plain = recoveryCode(code);
      expect(plain).toMatch(/^[a-z2-7]{10}$/);
      expect(recoveryCode(` ${code.toUpperCase()} `)).toBe(plain);
    }
    for (const none of ['', '123456', 'aaaaa-aaaa1', 'aaaaa-aaaaaa']) expect(recoveryCode(none)).toBeUndefined();
  });
});
