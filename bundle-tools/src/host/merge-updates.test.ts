import { describe, expect, it } from 'vitest';
import { updateSample } from '../../test/samples.ts';
import type { Update } from '../updates/update.ts';
import { dropIncomplete, heldUpdates, mergeUpdates } from './catalog-build.ts';

const update = (id: string, more: Partial<Update> = {}): Update =>
  updateSample(id, '1', { id, suites: [], files: [`file-${id}`], ...more });

describe('mergeUpdates', () => {
  it('unites what several platforms say of one update', () => {
    const merged = mergeUpdates([
      update('a', { suites: ['s2'], depends: ['b'] }),
      update('a', { suites: ['s1', 's2'], depends: ['c'], security: true }),
    ]);
    expect([...merged.values()]).toEqual([update('a', { suites: ['s1', 's2'], depends: ['b', 'c'], security: true })]);
  });
});

describe('dropIncomplete', () => {
  it('drops what lacks a file and, through any number of steps, what depends on it', () => {
    const all = mergeUpdates([
      update('a', { depends: ['b'] }),
      update('b', { depends: ['c'] }),
      update('c'),
      update('d'),
    ]);
    const { kept, dropped } = dropIncomplete(all, (file) => file !== 'file-c');
    expect([...kept.keys()]).toEqual(['d']);
    expect([...dropped.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('keeps a circle of dependencies that is whole', () => {
    const all = mergeUpdates([update('a', { depends: ['b'] }), update('b', { depends: ['a'] })]);
    expect(dropIncomplete(all, () => true).kept.size).toBe(2);
  });
});

describe('heldUpdates', () => {
  it('keeps what a site holds a file of, with its dependencies', () => {
    const updates = [update('a', { depends: ['b'] }), update('b', { depends: ['a'] }), update('c')];
    expect(
      heldUpdates(updates, (file) => file === 'file-a')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(heldUpdates(updates, () => false)).toEqual([]);
  });
});
