import { describe, expect, it } from 'vitest';
import { defined } from './defined.ts';

describe('the defined members of an object', () => {
  it('are those that are not undefined, in their order', () => {
    const found = defined({ b: null, a: undefined, c: 0, d: '' });
    expect(JSON.stringify(found)).toBe('{"b":null,"c":0,"d":""}');
    expect(Object.keys(found)).toEqual(['b', 'c', 'd']);
  });
});
