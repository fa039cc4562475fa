import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import { alone, sampleBody } from '../../../test/support/sample-bodies.ts';
import { allKinds } from '../../all-kinds.ts';
import { passOn } from '../../engine/changes/pass-on.ts';
import { type ObjectService, objectService } from '../../engine/objects/service.ts';
import type { Kind, KindDeclaration, Setting } from '../../engine/objects/types.ts';
import { objectDigests } from './compare.ts';
import { bothDeltas, digestsAfter, packRows, unpackRows } from './digests.ts';
import { rollbackStore } from './store.ts';
import type { DigestsDelta, KindDigests } from './types.ts';

// Every field of every kind against an older database, from the declarations: a new kind or field is in it by itself. The other
// ways back (restore, revert, undo) go through the same list in engine/objects/returns.test.ts.

const kinds: Kind[] = Object.entries<KindDeclaration>(allKinds).map(([name, kind]) => alone({ ...kind, name }));
const cases = kinds.flatMap((kind) => Object.keys(kind.fields).map((field) => [kind.name, field, kind] as const));
const isPlain = (kind: Kind, field: string): boolean => (kind.fields[field]?.returns ?? kind.returns) === 'freely';

const settings = Array.from(
  { length: 2 * cases.length },
  (_, at): Setting => ({ name: `k${at}`, type: 'text', default: '', area: 'settings', safety: false }),
);

let engines: Engines;
let objects: ObjectService;
let digests: ReturnType<typeof objectDigests>;
beforeAll(async () => {
  engines = await openEngines();
  const { db, personal, events } = engines;
  objects = objectService({ db, personal, events, kinds, settings, changed: passOn(() => ({})) });
  digests = objectDigests({ db, objects, store: rollbackStore(db), keyed: personal.keyed });
});
afterAll(() => engines.close());

let made = 0;
const make = (kind: Kind): string => {
  made += 1;
  const body = sampleBody(kind, 0);
  for (const [name, { unique, min }] of Object.entries(kind.fields))
    if (unique === true) body[name] = `${made}`.padStart(min ?? 8, '0');
  const id = kind.key === undefined || kind.key === 'generated' ? undefined : `k${made}`;
  return objects.ofAnyKind.create(admin, kind.name, body, id === undefined ? {} : { id }).id;
};
/** A change of one field of its own. */
const plainChange = (kind: Kind, at: number): Record<string, unknown> => {
  const names = Object.keys(kind.fields).filter((name) => kind.fields[name]?.unique !== true);
  const name = names[at % names.length] ?? '';
  return { [name]: sampleBody(kind, at % 2 === 0 ? 1 : 0)[name] };
};
const newest = (): number =>
  engines.db.prepare<[], number>('select coalesce(max(seq), 0) from audit').pluck().get() ?? 0;
const drop = (kind: string, id: string): void => {
  if (objects.ofAnyKind.find(kind, id) !== undefined) objects.ofAnyKind.remove(admin, kind, id);
};

describe('an older database', () => {
  it.each(cases)('under the present witness makes strict what differs: %s.%s', (name, field, kind) => {
    const id = make(kind);
    const value = (one: string): unknown => objects.ofAnyKind.find(name, id, { secrets: true })?.body[one];
    const first = value(field);
    objects.ofAnyKind.update(admin, name, id, { [field]: sampleBody(kind, 1)[field] });
    const seen = digests.after({}, newest());
    // As it was before; what an approval was of, too.
    objects.ofAnyKind.update(admin, name, id, { ...sampleBody(kind, 0), [field]: first });
    const { lines, uncompared, failed } = digests.compare(seen, newest());
    expect([uncompared.filter((one) => seen[one] === undefined), failed]).toEqual([[], []]);
    const line = lines.find((one) => one.kind === name && one.id === id);
    if (isPlain(kind, field)) {
      expect(line?.fields ?? []).not.toContain(field);
      drop(name, id);
      return;
    }
    expect(line).toMatchObject({ was: 'changed', fields: expect.arrayContaining([field]) as string[] });
    const side = objects.strictSide(name, [field]);
    expect(objects.ofAnyKind.find(name, id) === undefined).toBe(side === 'remove');
    if (side !== 'remove') {
      expect(Object.keys(side)).not.toEqual([]);
      for (const [one, strict] of Object.entries(side))
        expect(value(one) ?? kind.fields[one]?.default ?? null).toEqual(strict ?? kind.fields[one]?.default ?? null);
      drop(name, id);
    }
  });

  const guarded = kinds.filter((kind) => Object.keys(kind.fields).some((field) => !isPlain(kind, field)));

  it.each(guarded.map((kind) => [kind.name, kind] as const))(
    'makes strict an object that was deleted since: %s',
    (name, kind) => {
      const seen = digests.after({}, newest());
      const id = make(kind);
      const { lines } = digests.compare(seen, newest());
      expect(lines.filter((one) => one.id === id)).toEqual([expect.objectContaining({ kind: name, was: 'deleted' })]);
      drop(name, id);
      // And one that was made since is counted as lost.
      const lost = make(kind);
      const later = digests.after(seen, newest());
      drop(name, lost);
      const outcome = digests.compare(later, newest());
      expect(
        outcome.lost[name] ?? outcome.lines.filter(({ kind: one, was }) => one === name && was === 'lost').length,
      ).toBe(1);
      drop(name, lost);
    },
  );

  it('is not said to be compared where a kind or a field has no digest', () => {
    const seen = digests.after({}, newest());
    const { role: _role, ...withoutRole } = seen;
    expect(digests.compare(withoutRole, newest()).uncompared).toEqual(['role']);
    const token = seen['token'] as (typeof seen)[string];
    const fields = token.fields.filter((field) => field !== 'rights');
    expect(digests.compare({ ...seen, token: { ...token, fields, rows: '' } }, newest()).uncompared).toEqual(['token']);
    expect(digests.compare({ ...seen, token: { ...token, entry: 0 } }, newest()).uncompared).toEqual(['token']);
  });

  it('is compared with what is written piece by piece as with what is written at once', () => {
    const [kind] = guarded as [Kind, ...Kind[]];
    let seen = digests.after({}, newest());
    for (const id of [make(kind), make(kind), make(kind)]) {
      seen = digests.after(seen, newest());
      objects.ofAnyKind.remove(admin, kind.name, id);
      seen = digests.after(seen, newest());
    }
    const rows = (held: typeof seen) => unpackRows(held[kind.name] ?? { fields: [], rows: '' });
    expect(rows(seen)).toEqual(rows(digests.after({}, newest())));
  });

  it('is compared with what was added to the digests as with what is written at once, whatever was done in between', () => {
    const some = guarded.filter(({ key }) => key === undefined || key === 'generated').slice(0, 4);
    const rows = (held: Record<string, KindDigests>) =>
      Object.fromEntries(Object.entries(held).map(([name, one]) => [name, unpackRows(one)]));
    const act = fc.record({
      kind: fc.nat(some.length - 1),
      act: fc.constantFrom('make', 'change', 'drop'),
      at: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(fc.array(act, { maxLength: 4 }), { maxLength: 6 }), (turns) => {
        const base = digests.after({}, newest());
        const ids: string[][] = some.map(() => []);
        let added = base;
        let all: DigestsDelta = { others: [], changed: {} };
        for (const turn of turns) {
          for (const one of turn) {
            const kind = some[one.kind] as Kind;
            const mine = ids[one.kind] as string[];
            const id = mine[one.at % Math.max(1, mine.length)];
            if (one.act === 'make' || id === undefined) mine.push(make(kind));
            else if (one.act === 'change') objects.ofAnyKind.update(admin, kind.name, id, plainChange(kind, one.at));
            else drop(kind.name, mine.splice(mine.indexOf(id), 1)[0] ?? '');
          }
          const delta = digests.changedSince(added);
          if (delta === undefined) throw new Error('the kinds are others');
          all = bothDeltas(all, delta, (name) => base[name]?.fields ?? []);
          added = digestsAfter(base, all, newest());
        }
        expect(rows(added)).toEqual(rows(digests.after({}, newest())));
        expect(new Set(Object.values(added).map(({ entry }) => entry)).size).toBe(1);
        for (const [at, mine] of ids.entries()) for (const id of mine) drop(some[at]?.name ?? '', id);
      }),
      { numRuns: runs(60) },
    );
  });

  it('is compared anew with all where the fields of a kind are others, and says nothing of kinds that are not known', () => {
    const seen = digests.after({}, newest());
    const role = seen['role'] as KindDigests;
    expect(digests.changedSince({ ...seen, role: { ...role, fields: role.fields.slice(1) } })).toBeUndefined();
    const other = { entry: 1, fields: ['x'], rows: '' };
    const changed = digests.changedSince({ ...seen, other });
    expect(changed?.others).toEqual(['other']);
    const after = digestsAfter({ ...seen, other }, { others: ['other'], changed: {} }, newest());
    expect([after['other']?.entry, after['role']?.entry]).toEqual([1, newest()]);
  });
});

describe('a row of digests', () => {
  it('costs 8 bytes, a bit for each field and 6 bytes for each that is set', () => {
    const fields = Array.from({ length: 10 }, (_, at) => `f${at}`);
    const rows = new Map([
      ['00112233445566aa', new Map([['f9', 'aabbccddeeff']])],
      ['00112233445566bb', new Map<string, string>()],
    ]);
    const packed = packRows(fields, rows);
    expect(Buffer.from(packed, 'base64')).toHaveLength(8 + 2 + 6 + 8 + 2);
    expect(unpackRows({ fields, rows: packed })).toEqual(rows);
  });
});
