import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { type Described, digest, documents, key32, many } from './document-bounds.ts';

// Section 3, field by field: what is there, what may be absent, how long it may be, and that nothing else is let in.

type Step = string | number;

const refusalOf = (schema: z.ZodType, value: unknown): string => {
  const result = schema.safeParse(value);
  return result.success ? 'good' : (result.error.issues[0]?.message ?? '');
};

const isObject = (value: unknown): value is Record<Step, unknown> => typeof value === 'object' && value !== null;

const pathsIn = (value: unknown, path: Step[] = []): Step[][] =>
  isObject(value) ? [path, ...Object.keys(value).flatMap((name) => pathsIn(value[name], [...path, name]))] : [path];

/** A copy with another value at a path; undefined takes the field away. */
const withValue = (document: unknown, path: readonly Step[], value: unknown): unknown => {
  if (path.length === 0) return value;
  const copy = structuredClone(document);
  let place = copy;
  for (const step of path.slice(0, -1)) if (isObject(place)) place = place[step];
  const last = path.at(-1);
  if (!isObject(place) || last === undefined) throw new Error(`there is no ${path.join('.')}`);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
};

const at = (document: unknown, path: readonly Step[]): unknown =>
  path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), document);

describe.each(Object.entries(documents))('%s', (_name, { schema, good, optional = [], open = [], bounds }) => {
  const says = (value: unknown): boolean => schema.safeParse(value).success;
  const paths = pathsIn(good);

  it('is good as it should be', () => {
    expect(refusalOf(schema, good)).toBe('good');
  });

  it('misses no field but those that may be absent', () => {
    const named = paths.filter((path) => path.length > 0 && !Array.isArray(at(good, path.slice(0, -1))));
    const kept = named.filter((path) => !open.includes(path.slice(0, -1).join('.')));
    const absent = kept
      .map((path) => path.join('.'))
      .filter((path) => says(withValue(good, path.split('.'), undefined)));
    expect(absent).toEqual(optional);
  });

  it('has no other field', () => {
    const objects = paths.filter((path) => isObject(at(good, path)) && !Array.isArray(at(good, path)));
    const closed = objects.filter((path) => !open.includes(path.join('.')));
    expect(closed.filter((path) => says(withValue(good, [...path, 'extra'], 1)))).toEqual([]);
  });

  it('has a value of its type in each field', () => {
    const wrong = (value: unknown): unknown[] => {
      if (typeof value === 'number') return ['1', null, 1.5];
      if (typeof value === 'string') return [1, null];
      return Array.isArray(value) ? [{}, null, 'a', [null]] : [[], null, 'a'];
    };
    const taken = paths.flatMap((path) =>
      wrong(at(good, path))
        .filter((value) => says(withValue(good, path, value)))
        .map((value) => `${path.join('.')}: ${JSON.stringify(value)}`),
    );
    expect(taken).toEqual([]);
  });

  it.each(bounds.map((bound): [string, ...typeof bound] => [bound[0], ...bound]))(
    'has its bounds at %s',
    (_at, path, goods, bads) => {
      const steps = path.split('.');
      for (const value of goods) expect(refusalOf(schema, withValue(good, steps, value))).toBe('good');
      for (const value of bads) expect(says(withValue(good, steps, value))).toBe(false);
    },
  );
});

describe('rules over several fields', () => {
  const { good, schema } = documents['manifest'] as Described;
  const without = (...names: string[]): unknown =>
    names.reduce((document, name) => withValue(document, [name], undefined), good);

  it('a manifest answers a request with all three fields or none, and a broadcast with none', () => {
    const together = 'request_id, request_digest and nonce come together';
    const fields = ['request_id', 'request_digest', 'nonce'];
    expect(refusalOf(schema, without(...fields))).toBe('good');
    for (const name of fields) {
      expect(refusalOf(schema, without(name))).toBe(together);
      expect(refusalOf(schema, without(...fields.filter((other) => other !== name)))).toBe(together);
    }
    expect(refusalOf(schema, withValue(good, ['site'], '*'))).toBe('a broadcast answers no request');
    expect(refusalOf(schema, withValue(without(...fields), ['site'], '*'))).toBe('good');
    expect(refusalOf(schema, withValue(good, ['volumes', 1, 'n'], 3))).toBe('volumes are not 1, 2, 3 …');
  });

  it('a card names each key once and a threshold that they can meet', () => {
    const card = documents['site card'] as Described;
    const two = [key32, Buffer.alloc(32, 8).toString('base64')];
    expect(refusalOf(card.schema, withValue(withValue(card.good, ['sign_keys'], two), ['sign_threshold'], 2))).toBe(
      'good',
    );
    expect(refusalOf(card.schema, withValue(card.good, ['sign_keys'], [key32, key32]))).toBe(
      'a signing key is there twice',
    );
    expect(refusalOf(card.schema, withValue(card.good, ['sign_threshold'], 2))).toBe(
      'the threshold is above the number of keys',
    );
  });

  it('an object has as many digests as pieces of 8 MiB', () => {
    const line = documents['inventory line'] as Described;
    const of = (size: number, count: number) =>
      refusalOf(line.schema, withValue(withValue(line.good, ['size'], size), ['chunks'], many(count, digest)));
    const MiB8 = 8 * 1024 * 1024;
    expect(of(MiB8 + 1, 2)).toBe('good');
    expect(of(2 * MiB8, 2)).toBe('good');
    for (const [size, count] of [
      [MiB8 + 1, 1],
      [2 * MiB8, 3],
      [2 * MiB8 + 1, 2],
    ] as const) {
      expect(of(size, count)).toBe('chunks do not fit the size');
    }
    expect(of(64 * 1024 * 1024 * 1024 + 1, 8193)).not.toBe('good');
    expect(of(64 * 1024 * 1024 * 1024, 8192)).toBe('good');
  });

  it('what a site holds is sorted, whole and there once', () => {
    const request = documents['request'] as Described;
    const have = (...parts: string[]) =>
      refusalOf(
        request.schema,
        withValue(request.good, ['have'], Buffer.from(parts.join(''), 'hex').toString('base64')),
      );
    const later = 'cd'.repeat(32);
    expect(have(digest, later)).toBe('good');
    for (const parts of [
      [later, digest],
      [digest, digest],
      [digest, 'ab'],
    ]) {
      expect(have(...parts)).toBe('not sorted, distinct 32-byte digests');
    }
  });
});
