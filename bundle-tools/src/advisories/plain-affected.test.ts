import { expect, test } from 'vitest';
import { z } from 'zod';
import { AffectedSchema, MAX_AFFECTED } from './advisory.ts';
import { isPlainAffected } from './part.ts';

const schema = z.array(AffectedSchema).max(MAX_AFFECTED);

let state = 20_261_127;
const below = (end: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * end);
};
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const strange: readonly unknown[] = [
  null,
  0,
  true,
  '',
  'a',
  'ab',
  'AB',
  'abc',
  'ffffffff',
  'ключ',
  [],
  {},
  ['1'],
  [''],
  { lo: '' },
  'x'.repeat(101),
  'x'.repeat(501),
  '1'.repeat(1_001),
  'ab'.repeat(2_048),
  'ab'.repeat(2_049),
  [[]],
  { arch: 'x' },
  { arch: 1 },
  { other: 'x' },
  { module: 'm'.repeat(101) },
];

const range = (): Record<string, unknown> => ({
  lo: pick(['', '01', 'ff00']),
  hi: pick(['ffffffff', '02']),
  comparable: below(2) === 0,
  ...(below(2) === 0 && { introduced: '0' }),
  ...(below(2) === 0 && { fixed: '1.2-3' }),
  ...(below(4) === 0 && { last_affected: 'ключ' }),
});
const affected = (): Record<string, unknown> => ({
  ecosystem: 'Debian:13',
  package: 'a',
  ranges: Array.from({ length: below(3) }, range),
  versions: Array.from({ length: below(3) }, () => '1.0'),
  ...(below(4) === 0 && { qualifiers: pick<unknown>([{}, { module: 'm:1' }, { arch: 'x86_64', channel: 'c' }]) }),
});

/** Somewhere in the value something else. */
const spoil = (value: unknown): unknown => {
  if (below(5) === 0 || typeof value !== 'object' || value === null) return pick(strange);
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(strange)];
    const at = below(value.length);
    return value.map((one, n) => (n === at ? spoil(one) : (one as unknown)));
  }
  const record = { ...value } as Record<string, unknown>;
  const name = pick([...Object.keys(record), 'other', '__proto__']);
  if (below(4) === 0) delete record[name];
  else
    Object.defineProperty(record, name, {
      value: spoil(record[name]),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return record;
};

test('the quick look at what advisories affect says yes exactly where the schema does', () => {
  const seen = { yes: 0, no: 0 };
  for (let round = 0; round < 20_000; round += 1) {
    const whole: unknown = Array.from({ length: below(3) }, affected);
    const value: unknown = JSON.parse(JSON.stringify(below(2) === 0 ? spoil(whole) : whole)) ?? null;
    const expected = schema.safeParse(value).success;
    seen[expected ? 'yes' : 'no'] += 1;
    if (isPlainAffected(value) !== expected) expect({ value, plain: !expected }).toEqual({ value, plain: expected });
  }
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(3_000);
});
