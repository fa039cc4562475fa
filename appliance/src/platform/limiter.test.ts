import { describe, expect, it } from 'vitest';
import { type Holder, limiter } from './limiter.ts';

/** Holders by their names; `ended` has the names of those that gave way. */
const made = (options: { most: number; mostOf?: (owner: string) => number; preferred?: readonly string[] }) => {
  const ended: string[] = [];
  const bound = limiter({
    most: () => options.most,
    mostOf: options.mostOf ?? (() => Number.POSITIVE_INFINITY),
    isPreferred: (owner) => options.preferred?.includes(owner) === true,
  });
  const holder = (owner: string, name: string): Holder => ({ owner, giveWay: () => void ended.push(name) });
  return { bound, ended, holder };
};

describe('a limiter', () => {
  it('takes the oldest of whoever holds most away, never the newcomer', () => {
    const { bound, ended, holder } = made({ most: 4 });
    for (const name of ['a1', 'a2', 'a3']) expect(bound.take(holder('a', name))).toBe(true);
    expect(bound.take(holder('b', 'b1'))).toBe(true);
    expect(bound.take(holder('c', 'c1'))).toBe(true);
    expect(ended).toEqual(['a1']);
    expect([bound.of('a'), bound.of('b'), bound.of('c'), bound.total()]).toEqual([2, 1, 1, 4]);
  });

  it('keeps an owner within its share at its own cost', () => {
    const { bound, ended, holder } = made({ most: 100, mostOf: () => 2 });
    for (const name of ['a1', 'a2', 'a3', 'a4']) expect(bound.take(holder('a', name))).toBe(true);
    expect(ended).toEqual(['a1', 'a2']);
  });

  it('counts amounts, and refuses one holder more than a whole share', () => {
    const { bound, ended, holder } = made({ most: 10, mostOf: () => 8 });
    const large = holder('a', 'large');
    expect(bound.take(large, 8)).toBe(true);
    expect(bound.take(large, 1)).toBe(false);
    expect(bound.take(holder('b', 'b1'), 4)).toBe(true);
    expect(ended).toEqual(['large']);
    expect(bound.total()).toBe(4);
  });

  it('lets the preferred in at the cost of the others, and never the other way round', () => {
    const { bound, ended, holder } = made({ most: 2, preferred: ['known'] });
    bound.take(holder('a', 'a1'));
    bound.take(holder('b', 'b1'));
    expect(bound.take(holder('known', 'k1'))).toBe(true);
    expect(bound.take(holder('known', 'k2'))).toBe(true);
    expect(ended).toEqual(['a1', 'b1']);
    expect(bound.take(holder('c', 'c1'))).toBe(false);
    // Of their own they are as others.
    expect(bound.take(holder('known', 'k3'))).toBe(true);
    expect(ended).toEqual(['a1', 'b1', 'k1']);
  });

  it('refuses where nobody may be ended', () => {
    const bound = limiter({ most: () => 3, mostOf: () => 2 });
    const one = { owner: 'device 1' };
    expect([bound.take(one), bound.take({ owner: 'device 1' }), bound.take({ owner: 'device 1' })]).toEqual([
      true,
      true,
      false,
    ]);
    expect(bound.take({ owner: 'device 2' })).toBe(true);
    expect(bound.take({ owner: 'device 3' })).toBe(false);
    bound.give(one);
    bound.give(one);
    expect(bound.total()).toBe(2);
    expect(bound.take({ owner: 'device 3' })).toBe(true);
  });

  it('spares what was used last', () => {
    const { bound, ended, holder } = made({ most: 2 });
    const first = holder('a', 'a1');
    bound.take(first);
    bound.take(holder('a', 'a2'));
    bound.touch(first);
    bound.take(holder('b', 'b1'));
    expect(ended).toEqual(['a2']);
  });
});
