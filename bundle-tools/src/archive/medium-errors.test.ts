import { describe, expect, it } from 'vitest';
import { BundleError } from '../errors.ts';
import { mediumError, onStore, storeError, systemCode } from './medium-errors.ts';

const failure = (fields: object): Error => Object.assign(new Error('it broke'), fields);

describe('the code of a failed call', () => {
  it('is the name that the system gives', () => {
    expect(systemCode(failure({ code: 'ENOENT', errno: -2 }))).toBe('ENOENT');
    expect(systemCode(failure({ code: 'ENOENT' }))).toBe('ENOENT');
    expect(systemCode(failure({ code: 'ERR_INVALID_ARG' }))).toBe('ERR_INVALID_ARG');
    expect(systemCode(failure({}))).toBe('');
    expect(systemCode(failure({ code: 7 }))).toBe('');
    expect(systemCode('ENOENT')).toBe('');
    expect(systemCode({ code: 'ENOENT' })).toBe('');
    expect(systemCode(undefined)).toBe('');
  });

  it('is found by its number where Node has no name for it', () => {
    expect(systemCode(failure({ code: 'Unknown system error -122', errno: -122 }))).toBe('EDQUOT');
    expect(systemCode(failure({ code: 'Unknown system error -116', errno: -116 }))).toBe('ESTALE');
    expect(systemCode(failure({ code: 'Unknown system error -123', errno: -123 }))).toBe('ENOMEDIUM');
    expect(systemCode(failure({ code: 'Unknown system error 122', errno: 122 }))).toBe('EDQUOT');
    expect(systemCode(failure({ errno: -28 }))).toBe('ENOSPC');
    expect(systemCode(failure({ code: 'xEIO', errno: -5 }))).toBe('EIO');
    expect(systemCode(failure({ code: 'EIO x', errno: -5 }))).toBe('EIO');
    expect(systemCode(failure({ errno: '28' }))).toBe('');
  });
});

describe('a failed read', () => {
  it('is MEDIUM_IO with what was read, the code and its cause', () => {
    const cause = failure({ code: 'EIO', errno: -5 });
    expect(mediumError('a.tar', cause)).toMatchObject({ code: 'MEDIUM_IO', message: 'cannot read a.tar: EIO', cause });
    expect(mediumError('a.tar', failure({})).message).toBe('cannot read a.tar: Error: it broke');
    const own = new BundleError('HEADER', 'ours');
    expect(mediumError('a.tar', own)).toBe(own);
  });
});

describe('a failed write', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('without room is NO_SPACE: %s', (code) => {
    expect(storeError('x', failure({ code }))).toMatchObject({ code: 'NO_SPACE', message: `cannot write x: ${code}` });
  });

  it('of any other kind is STORE_IO, with its cause', async () => {
    const cause = failure({ code: 'EROFS' });
    expect(storeError('x', cause)).toMatchObject({ code: 'STORE_IO', message: 'cannot write x: EROFS', cause });
    expect(storeError('x', failure({})).message).toBe('cannot write x: Error: it broke');
    const own = new BundleError('HASH', 'ours');
    expect(storeError('x', own)).toBe(own);
    expect(await onStore('x', () => 7)).toBe(7);
    await expect(onStore('x', () => Promise.reject(cause))).rejects.toMatchObject({ code: 'STORE_IO' });
    await expect(
      onStore('x', () => {
        throw own;
      }),
    ).rejects.toBe(own);
  });
});
