import { describe, expect, it } from 'vitest';
import type { AppError } from '../../platform/errors.ts';
import { parsePhc, passwords, toPhc } from './password.ts';

const cheap = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };

describe('password hash', () => {
  it('is Argon2id with 64 MiB and three passes, under a fresh salt', async () => {
    const hashing = passwords();
    const one = await hashing.hash('пароль с пробелами');
    const two = await hashing.hash('пароль с пробелами');
    expect(one).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    expect(one).not.toBe(two);
    expect(await hashing.verify('пароль с пробелами', one)).toBe(true);
    expect(await hashing.verify('пароль с пробелами ', one)).toBe(false);
  });

  it('agrees with a hash made by the reference implementation', async () => {
    // printf '%s' password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 -e
    const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords().verify('password', phc)).toBe(true);
    expect(await passwords().verify('Password', phc)).toBe(false);
  });

  it('says no without a hash', async () => {
    const hashing = passwords(cheap);
    expect(await hashing.verify('', undefined)).toBe(false);
    expect(await hashing.verify('x', 'plain text')).toBe(false);
  });

  it('asks for renewal when the cost has grown', async () => {
    const old = await passwords(cheap).hash('x');
    expect(passwords().isOutdated(old)).toBe(true);
    expect(passwords(cheap).isOutdated(old)).toBe(false);
  });

  it('gives strangers a line of their own, and each network a part of it', async () => {
    const hashing = passwords(cheap);
    const ask = (at: string) => hashing.verify('x', undefined, { network: at });
    const flood = Promise.allSettled(Array.from({ length: 40 }, (_, n) => ask(n < 20 ? 'one' : `${n}`)));
    expect(await hashing.verify('x', undefined)).toBe(false);
    const outcomes = await flood;
    expect(outcomes.slice(0, 20).filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(outcomes.slice(20).filter(({ status }) => status === 'fulfilled')).toHaveLength(17 - 4);
    expect(await ask('one')).toBe(false);
  });

  it('turns a flood away instead of taking all memory', async () => {
    const hashing = passwords(cheap);
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => hashing.verify('x', undefined)));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(40 - 17);
    expect(refused.every((outcome) => (outcome.reason as AppError).code === 'OVERLOADED')).toBe(true);
    expect(await hashing.verify('x', undefined)).toBe(false);
  });
});

describe('PHC string', () => {
  const hash = { ...cheap, salt: Buffer.alloc(16, 7), tag: Buffer.alloc(32, 9) };

  it('reads what it writes', () => {
    expect(parsePhc(toPhc(hash))).toEqual(hash);
  });

  it('refuses one pass, little memory, and costs that would exhaust the server', () => {
    for (const bad of [
      { passes: 1 },
      { memoryKiB: 1024 },
      { passes: 21 },
      { memoryKiB: 4_000_000 },
      { parallelism: 9 },
    ])
      expect(parsePhc(toPhc({ ...hash, ...bad }))).toBeUndefined();
    expect(parsePhc('$argon2i$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc')).toBe(
      undefined,
    );
  });
});
