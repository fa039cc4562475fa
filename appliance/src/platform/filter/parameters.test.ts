import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { filterOf, isTerm, type Term, termsOf } from './parameters.ts';
import { parseFilter } from './parse.ts';
import { printFilter } from './print.ts';
import { filterOfRow, rowsOf } from './rows.ts';
import { type Field, type Filter, FilterFault, type Op, opsOf, type Vocabulary } from './types.ts';

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  name,
  type,
  layer: 0,
  source: { scalar: name },
  ...more,
});
const rowFields = [field('name', 'text'), field('version', 'text'), field('size', 'number')];
const vocabulary: Vocabulary = {
  fields: new Map(
    [
      field('name', 'text'),
      field('os', 'text', { ops: ['contains', '=', '!=', 'unknown'] }),
      field('text', 'text', { ops: ['contains'], parameter: 'q' }),
      field('state', 'choice', { options: ['managed', 'held'] }),
      field('findings', 'number'),
      field('findings.act', 'number'),
      field('visible', 'yesno'),
      field('seen', 'time'),
      field('address', 'address', { ops: ['starts', '=', '!=', 'in', 'unknown'], also: ['ip'] }),
      field('group', 'group'),
      field('software', 'item', { item: { rows: 'software', name: 'name', version: 'version' } }),
      field('late', 'text', { layer: 3 }),
    ].map((one) => [one.name, one]),
  ),
  rows: new Map([
    [
      'software',
      {
        name: 'software',
        table: 'inv_software',
        shared: true,
        fields: new Map(rowFields.map((one) => [one.name, one])),
      },
    ],
  ]),
};
const groups = { g1: 'Hall 1', g2: 'Hall 2' };
const options = {
  vocabulary,
  below: 3,
  group: (text: string) => Object.entries(groups).find(([id, name]) => id === text || name === text)?.[0],
};
const parse = (text: string): Filter => parseFilter(text, options);
const read = (query: string): Filter | undefined => filterOf([...new URLSearchParams(query)], options);
const faultOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilterFault) return error.fault.what;
    throw error;
  }
};

describe('the parameters of an address', () => {
  it.each([
    ['os=debian&name=a', 'os contains debian and name = a'],
    ['os=debian&name=a&os=rhel', '(os contains debian or os contains rhel) and name = a'],
    ['os!=debian', 'not os contains debian'],
    ['name!=a&name!=b', 'name != a and name != b'],
    ['findings>=5&findings<9', 'findings >= 5 and findings < 9'],
    ['findings.act>0', 'findings.act > 0'],
    ['name.starts=pump', 'name starts pump'],
    ['seen=30d', 'seen older 30d'],
    ['seen.after=2026-01-31', 'seen after 2026-01-31'],
    ['state.unknown=yes&name.unknown=no', 'state unknown and not name unknown'],
    ['visible=yes', 'visible = yes'],
    ['visible!=yes', 'not visible = yes'],
    ['address=10.4.&address.in=10.5.0.0/16', 'address starts 10.4. and address in 10.5.0.0/16'],
    ['ip=10.4.&address=10.5.', '(address starts 10.4. or address starts 10.5.)'],
    ['group=g1', 'group in g1'],
    ['group=hall', 'group contains hall'],
    ['q=two words', 'text contains "two words"'],
    ['software=openssl', 'some software (name = openssl)'],
    ['software=%40scope/pkg', 'some software (name = "@scope/pkg" or (name = "@scope" and version = pkg))'],
    ['software=openssl<3.0.14&name=a', 'some software (name = openssl and version < 3.0.14) and name = a'],
    ['software.size>=5', 'software.size >= 5'],
    ['where=name = a or name = b&os=x', 'os contains x and (name = a or name = b)'],
  ])('%s ask %s', (query, text) => {
    expect(read(query)).toEqual(parse(text));
  });

  it('are none where there are none', () => {
    expect(read('')).toBeUndefined();
  });

  it.each([
    ['nme=a', 'unknownField'],
    ['late=a', 'unknownField'],
    ['state=gone', 'choice'],
    ['findings=many', 'value.number'],
    ['os>=3', 'operator'],
    ['name=', 'value.text'],
    ['name=a%00b', 'value.text'],
    ['where=name', 'operator'],
  ])('%s are refused with %s', (query, what) => {
    expect(faultOf(() => read(query))).toBe(what);
  });

  it.each([1, 2, 3])('may make a hundred comparisons in all, in %s of them', (count) => {
    const text = (comparisons: number): string => Array.from({ length: comparisons }, () => 'name = a').join(' or ');
    const terms = (comparisons: number): Term[] =>
      Array.from({ length: count }, (_, n) => ['where', text(n === 0 ? comparisons - 2 * (count - 1) : 2)]);
    expect(faultOf(() => filterOf(terms(100), options))).toBeTypeOf('object');
    expect(faultOf(() => filterOf(terms(101), options))).toBe('tooMany');
  });

  it('are told from others by their names', () => {
    const terms: Term[] = [
      ['os!', 'a'],
      ['findings<5', ''],
      ['q', 'a'],
      ['software.size>', '5'],
      ['where', 'a'],
    ];
    expect(terms.map((term) => isTerm(term, options))).toEqual(terms.map(() => true));
    const others: Term[] = [
      ['sort', 'name'],
      ['late', 'a'],
      ['software.nothing', 'a'],
    ];
    expect(others.map((term) => isTerm(term, options))).toEqual(others.map(() => false));
  });
});

describe('a term in a text', () => {
  it.each([
    ['os:debian', 'os contains debian'],
    ['os:"a b" and not group:g1', 'os contains "a b" and not group in g1'],
    ['software:openssl<3.0.14', 'some software (name = openssl and version < 3.0.14)'],
    [
      'software = openssl >= 3 or software != curl',
      'some software (name = openssl and version >= 3) or not some software (name = curl)',
    ],
  ])('%s asks %s', (short, text) => {
    expect(parse(short)).toEqual(parse(text));
  });
});

const words = ['a', 'pump 1', 'and', '10.4.', 'x:y', '"q"', 'a\\b', 'Насос', 'a=b', 'a&b', '100%'];
const drawnValue = (one: Field, op: Op): fc.Arbitrary<string | number | boolean> => {
  if (op === 'unknown') return fc.constant(true);
  if (one.type === 'choice') return fc.constantFrom(...(one.options ?? []));
  if (one.type === 'number') return fc.integer({ min: -1_000, max: 1_000_000 });
  if (one.type === 'yesno') return fc.boolean();
  if (one.type === 'time')
    return op === 'older' || op === 'newer' ? fc.constantFrom('2h', '30d') : fc.constant('2026-01-31');
  if (one.type === 'group') return op === 'contains' ? fc.constantFrom('hall', 'x') : fc.constantFrom('g1', 'g2');
  if (one.type === 'address') {
    if (op === 'in') return fc.constantFrom('10.0.0.0/8', '10.0.0.1-10.0.0.9');
    return op === 'starts' ? fc.constantFrom('10.', 'fe80:') : fc.constantFrom('10.0.0.1', 'fe80::1');
  }
  return fc.constantFrom(...words);
};
const asked = (fields: Iterable<Field>, prefix = ''): fc.Arbitrary<Filter> => {
  const all = [...fields].filter(({ type, layer = 0 }) => type !== 'item' && layer < 3);
  return fc
    .constantFrom(...all)
    .chain((one) =>
      fc
        .constantFrom(...opsOf(one))
        .chain((op) => drawnValue(one, op).map((value): Filter => ({ field: prefix + one.name, op, value }))),
    );
};
const leaf = fc.oneof(
  { weight: 4, arbitrary: asked(vocabulary.fields.values()) },
  { weight: 1, arbitrary: asked(rowFields, 'software.') },
  { weight: 1, arbitrary: asked(rowFields).map((where): Filter => ({ some: 'software', where })) },
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('filter').map((not): Filter => ({ not })),
    fc.array(tie('filter'), { minLength: 2, maxLength: 4 }).map((all): Filter => ({ all })),
    fc.array(tie('filter'), { minLength: 2, maxLength: 4 }).map((any): Filter => ({ any })),
  ),
}));

const usualOp = (part: Filter): Op | undefined => {
  const of = 'field' in part ? vocabulary.fields.get(part.field) : undefined;
  return of && opsOf(of)[0];
};

/** Flat where `and` is asked of `and`, the parts in one order: what two filters that ask the same have in common. */
const plain = (one: Filter): string => {
  const flat = (part: Filter): Filter[] => ('all' in part ? part.all.flatMap(flat) : [part]);
  if ('all' in one) return `all(${flat(one).map(plain).sort().join(' ')})`;
  if ('any' in one) return `any(${one.any.map(plain).join(' ')})`;
  return 'not' in one ? `not(${plain(one.not)})` : JSON.stringify(one);
};

describe('any filter', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(filter, (one) => {
        expect(parse(printFilter(one, options))).toEqual(one);
      }),
      { numRuns: runs(500) },
    );
  });

  it('asks the same as the parameters that it is written in, also when they have been through an address', () => {
    fc.assert(
      fc.property(filter, (one) => {
        const query = new URLSearchParams(termsOf(one, options).map(([name, value]) => [name, value])).toString();
        expect(plain(read(query) ?? { all: [] })).toBe(plain(one));
      }),
      { numRuns: runs(500) },
    );
  });

  it('is written in terms where it is an and of them', () => {
    const query = 'q=pump&os=debian&os=rhel&name!=a&findings>=5&group=g1&seen.newer=2h&software.size>=5';
    const one = read(query);
    expect(
      new URLSearchParams(termsOf(one ?? { all: [] }, options).map(([name, value]) => [name, value])).toString(),
    ).toBe(new URLSearchParams(query).toString());
  });

  it('asks the same as the rows that it is shown as, where it can be', () => {
    const flat = fc.array(fc.oneof(asked(vocabulary.fields.values()), asked(rowFields, 'software.')), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flat, fc.boolean(), fc.nat(3), (parts, isAny, not) => {
        const [first] = parts;
        const all = parts.map(
          (part, at): Filter => (at === not && 'op' in part && part.op === usualOp(part) ? { not: part } : part),
        );
        const one: Filter =
          parts.length === 1 && first !== undefined ? (all[0] ?? first) : isAny ? { any: all } : { all };
        const shown = rowsOf(one, vocabulary);
        if (shown === undefined) {
          expect(plain(one)).toContain('not(');
          return;
        }
        const read = shown.rows.map((row) => filterOfRow(row, options));
        const again = read.length === 1 ? read[0] : shown.join === 'or' ? { any: read } : { all: read };
        expect(again).toEqual(one);
      }),
      { numRuns: runs(300) },
    );
  });

  it.each([
    ['software = openssl < 3.0.14 and not software = curl', ['software = openssl<3.0.14', 'software != curl']],
    ['not os contains a and not group in g1', ['os !contains a', 'group !in g1']],
  ])('%s is shown as rows', (text, rows) => {
    const shown = rowsOf(parse(text), vocabulary)?.rows ?? [];
    expect(shown.map(({ field: name, op, value }) => `${name} ${op} ${value}`)).toEqual(rows);
    expect({ all: shown.map((row) => filterOfRow(row, options)) }).toEqual(parse(text));
  });

  it('asks for a text once, since an address has one', () => {
    const two = parse('text contains a and (text contains b or text contains c) and not text contains d');
    expect(termsOf(two, options)).toEqual([
      ['q', 'a'],
      ['where', '(text contains b or text contains c) and not text contains d'],
    ]);
  });

  it('ends for any parameters, with a tree or with what is wrong', () => {
    const names = fc.oneof(
      fc.constantFrom('os', 'os!', 'findings<', 'findings<5', 'name.starts', 'where', 'software', '<', '.'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string()), { maxLength: 5 }), (terms) => {
        const found = faultOf(() => filterOf(terms, options));
        expect(['string', 'object', 'undefined']).toContain(typeof found);
      }),
    );
  });
});
