import type { Method, Reading, ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ControllerMaps } from './maps.ts';
import { keptRaw, normalise, normaliserVersion } from './normalise.ts';
import { sideOf } from './rank.ts';
import type { ControllerSide, FieldTable, PartType } from './types.ts';

/** A fact that a reading states, before it is kept. */
export type NewFact = {
  type: PartType;
  key: string;
  field: string;
  side: ControllerSide;
  value: string | null;
  given: string | null;
  raw: string | null;
  error: string | null;
  reason: string | null;
  normaliser: number;
  map: string | null;
};

type ReadingFacts = {
  facts: NewFact[];
  /** Names of undeclared fields. */
  unknown: string[];
};

/** `locked`: fields of which a person's word holds on both sides. */
export type FactsOfReading = (reading: Reading, locked?: ReadonlySet<string>) => ReadingFacts;

const maxKey = 128;
/** The error of a fact whose text holds no value; its reason is the text. */
const unreadable = 'unreadable';
const maxUnknown = 20;

/** How keys of parts are told apart: `0/1`, `00:0e:8c:01:02:03`, `tcp/102`; spelling does not make two. */
const partKey = (key: string): string => keptRaw(key, maxKey).trim().replace(/\s+/g, ' ').toLowerCase();

type Values = ReadonlyMap<string, NewFact>;

type Derived = {
  field: string;
  value: string /** What it was made of, and of which field. */;
  from: string;
  by: string;
};

/** What the maps make of one part's values. */
const derivedOf = (maps: ControllerMaps, source: string, values: Values): Derived[] => {
  const textOf = (field: string): string | undefined => values.get(field)?.value ?? undefined;
  const [raw, code, tuple] = [textOf('vendorRaw'), textOf('vendorId'), textOf('cipTuple')];
  const [orderNumber, model] = [textOf('orderNumber'), textOf('model')];
  const vendorBy: readonly (readonly [string, string | undefined, (text: string) => string | undefined])[] = [
    ['vendorRaw', raw, (text) => maps.vendorByName(text) ?? maps.vendorByCode(source, text)],
    ['vendorId', code, (text) => maps.vendorByCode(source, text)],
    ['cipTuple', tuple, (text) => maps.vendorByCode('enip', text.split('/')[0] ?? '')],
    ['orderNumber', orderNumber, maps.vendorByOrder],
    // A name that the map does not know is the vendor's name all the same; a bare number is not.
    ['vendorRaw', raw, (text) => (/^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? undefined : text)],
  ];
  const derived: Derived[] = [];
  for (const [by, from, name] of vendorBy) {
    const value = from === undefined ? undefined : name(from);
    if (from === undefined || value === undefined) continue;
    derived.push({ field: 'vendor', value, from, by });
    break;
  }
  const [vendor] = derived;
  const byTuple = orderNumber === undefined && tuple !== undefined ? maps.orderByCip(tuple) : undefined;
  if (byTuple !== undefined && tuple !== undefined)
    derived.push({ field: 'orderNumber', value: byTuple, from: tuple, by: 'cipTuple' });
  const number = orderNumber ?? byTuple;
  const family = maps.family({
    ...defined({ vendor: vendor?.value, orderNumber: number, model }),
  });
  const [by, from] =
    orderNumber !== undefined
      ? ['orderNumber', orderNumber]
      : byTuple !== undefined
        ? ['cipTuple', tuple]
        : ['model', model];
  if (family !== undefined && from !== undefined) derived.push({ field: 'productFamily', value: family, from, by });
  return derived;
};

const maxRemembered = 10_000;

/** Products repeat: what the maps make of one is worked out once. */
const remembered = (maps: ControllerMaps): ((source: string, values: Values) => readonly Derived[]) => {
  const known = new Map<string, readonly Derived[]>();
  return (source, values) => {
    const from = ['vendorRaw', 'vendorId', 'cipTuple', 'orderNumber', 'model'].map((name) => values.get(name)?.value);
    const key = JSON.stringify([source, from]);
    const derived = known.get(key) ?? derivedOf(maps, source, values);
    if (known.size >= maxRemembered) known.clear();
    known.set(key, derived);
    return derived;
  };
};

/** What is derived as facts, on the sides of what it was made of. */
const derivedFacts = (
  table: FieldTable,
  maps: ControllerMaps,
  { type, key }: Pick<NewFact, 'type' | 'key'>,
  facts: readonly Pick<NewFact, 'field' | 'side' | 'value'>[],
  derived: readonly Derived[],
): NewFact[] =>
  derived.flatMap(({ field, value: text, from, by }) => {
    const declared = table.field(type, field);
    const value = declared === undefined ? undefined : normalise(declared, text);
    if (value === undefined) return [];
    const sides = new Set(facts.filter((fact) => fact.field === by && fact.value !== null).map(({ side }) => side));
    const base = { type, key, field, value, given: null, raw: keptRaw(from), error: null, reason: null };
    return [...sides].map((side) => ({ ...base, side, normaliser: normaliserVersion, map: maps.version }));
  });

type KeptFact = NewFact & { id: number };

/** Facts of one reading as today's normaliser and maps make them. */
type FactsAgain = { own: KeptFact[]; derived: NewFact[] };

/** Derives kept facts again from their raw values (OT F6, F7); fields no longer declared stay as they are. */
export const factsAgain = (table: FieldTable, maps: ControllerMaps) => {
  const derive = remembered(maps);
  const again = (fact: KeptFact): KeptFact => {
    const field = table.field(fact.type, fact.field);
    const text = fact.error === unreadable ? fact.reason : (fact.given ?? fact.value);
    if (field === undefined || text === null || (fact.error !== null && fact.error !== unreadable)) return fact;
    const value = normalise(field, text);
    const base = { ...fact, normaliser: normaliserVersion };
    return value === undefined
      ? { ...base, value: null, given: null, error: unreadable, reason: keptRaw(text, 200) }
      : { ...base, value, given: value === text ? null : text, error: null, reason: null };
  };
  return (source: string, facts: readonly KeptFact[]): FactsAgain => {
    const own = facts.filter(({ map }) => map === null).map(again);
    const derived = [...Map.groupBy(own, ({ type, key }) => `${type} ${key}`).values()].flatMap((part) => {
      const [first] = part;
      if (first === undefined) return [];
      const values = new Map(part.filter(({ value }) => value !== null).map((fact) => [fact.field, fact] as const));
      return derivedFacts(table, maps, first, part, derive(source, values));
    });
    return { own, derived };
  };
};

/** Turns readings into facts: names of the record, values by the normaliser, what the maps derive. */
export const factsOfReading = (table: FieldTable, maps: ControllerMaps): FactsOfReading => {
  const derive = remembered(maps);
  const sidesOf = (method: Method, isBoth: boolean, fieldName: string): ControllerSide[] => {
    const side = sideOf(method);
    if (side !== 'either') return [side];
    if (fieldName.endsWith('Observed')) return ['observed'];
    return isBoth ? ['observed', 'configured'] : ['configured'];
  };

  type PartFacts = { type: PartType; key: string; facts: readonly ReadingFact[] };
  const ofPart = (
    reading: Reading,
    { type, key, facts: reported }: PartFacts,
    unknown: string[],
    locked: ReadonlySet<string>,
  ): NewFact[] => {
    const facts: NewFact[] = [];
    const values = new Map<string, NewFact>();
    for (const one of reported) {
      // What a source calls the vendor is kept as such; the one name is derived from it.
      const given = one.field === 'vendor' ? 'vendorRaw' : one.field;
      const name = table.nameOf(type, given);
      const field = name === undefined ? undefined : table.field(type, name);
      if (name === undefined || field === undefined || field.personal === true) {
        if (unknown.length < maxUnknown) unknown.push(one.field);
        continue;
      }
      const base = { type, key, field: name, normaliser: normaliserVersion, map: null };
      const isBoth = field.entered === true || (type === 'controller' && locked.has(name));
      for (const side of sidesOf(reading.method, isBoth, one.field)) {
        if ('error' in one) {
          const error = keptRaw(one.error, 64);
          facts.push({ ...base, side, value: null, given: null, raw: null, error, reason: keptRaw(one.reason) });
          continue;
        }
        const value = normalise(field, one.value);
        const raw = keptRaw(one.raw);
        if (value === undefined) {
          // Blanks alone are no value; anything else is evidence of something that we cannot read.
          if (one.value.trim() !== '') {
            const reason = keptRaw(one.value, 200);
            facts.push({ ...base, side, value: null, given: null, raw, error: unreadable, reason });
          }
          continue;
        }
        const fact = { ...base, side, value, given: value === one.value ? null : keptRaw(one.value), raw };
        facts.push({ ...fact, error: null, reason: null });
        values.set(name, { ...fact, error: null, reason: null });
      }
    }
    facts.push(...derivedFacts(table, maps, { type, key }, facts, derive(reading.source, values)));
    return facts;
  };

  return (reading, locked = new Set()) => {
    const unknown: string[] = [];
    const facts = ofPart(reading, { type: 'controller', key: '', facts: reading.facts }, unknown, locked);
    for (const { type, key, facts: reported } of reading.parts)
      facts.push(...ofPart(reading, { type, key: partKey(key), facts: reported }, unknown, locked));
    return { facts, unknown };
  };
};
