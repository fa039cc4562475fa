import { describe, expect, it } from 'vitest';
import { coreOf } from './guessable.ts';

describe('what is left of a password without its repeats and runs', () => {
  it.each([
    '123412341234',
    '432143214321',
    '123123123124',
    'abcdefghijkl',
    'abcd1234abcd1234',
    '112233445566',
    'aaabbbcccddd',
    'qwertyuiop12',
    'QwertyQwerty',
    '1qaz2wsx3edc',
    'йцукенйцукен',
    'фывапролджэ1',
    '１２３４１２３４１２３４',
    '1234'.repeat(250),
  ])('of %s is nothing', (password) => expect(coreOf(password)).toBeUndefined());

  it.each([
    ['passwordpassword', 'password'],
    ['Password1234', 'password'],
    ['12345password', 'password'],
  ])('of %s is the word in it', (password, core) => expect(coreOf(password)).toBe(core));

  it.each(['correct horse battery', 'Теңіз суы тұщы болды 7', 'a long word of the plant', 'k7#pQ2vz!m9L', 'kqh4x9tw'])(
    'of %s is enough',
    (password) => expect(coreOf(password)?.length).toBeGreaterThan(7),
  );
});
