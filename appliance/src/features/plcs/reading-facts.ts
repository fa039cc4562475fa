import type { Method, Reading, Said } from '@sallyport/bundle-tools/controllers/reading';
import type { FieldTable } from './fields.ts';
import type { PlcMaps } from './maps.ts';
import { keptRaw, normalise, normaliserVersion } from './normalise.ts';
import { sideOf } from './rank.ts';
import type { PartSort, PlcSide } from './types.ts';

/** A fact that a reading states, before it is kept. */
export type NewFact = {
  sort: PartSort;
  key: string;
  field: string;
  side: PlcSide;
  value: string | null;
  said: string | null;
  raw: string | null;
  error: string | null;
  reason: string | null;
  normaliser: number;
  map: string | null;
};

export type ReadingFacts = {
  facts: NewFact[];
  /** Names of fields that nobody declared. */
  unknown: string[];
};

/** `locked`: fields of which a person's word holds on both sides. */
export type FactsOfReading = (reading: Reading, locked?: ReadonlySet<string>) => ReadingFacts;

const maxKey = 128;
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
const derivedOf = (maps: PlcMaps, source: string, values: Values): Derived[] => {
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
    ...(vendor === undefined ? {} : { vendor: vendor.value }),
    ...(number === undefined ? {} : { orderNumber: number }),
    ...(model === undefined ? {} : { model }),
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
const remembered = (maps: PlcMaps): ((source: string, values: Values) => readonly Derived[]) => {
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

/** Turns readings into facts: names of the record, values by the normaliser, what the maps derive. */
export const factsOfReading = (table: FieldTable, maps: PlcMaps): FactsOfReading => {
  const derive = remembered(maps);
  const sidesOf = (method: Method, isBoth: boolean, said: string): PlcSide[] => {
    const side = sideOf(method);
    if (side !== 'either') return [side];
    if (said.endsWith('Observed')) return ['observed'];
    return isBoth ? ['observed', 'configured'] : ['configured'];
  };

  type PartSaid = { sort: PartSort; key: string; said: readonly Said[] };
  const ofPart = (
    reading: Reading,
    { sort, key, said }: PartSaid,
    unknown: string[],
    locked: ReadonlySet<string>,
  ): NewFact[] => {
    const facts: NewFact[] = [];
    const values = new Map<string, NewFact>();
    for (const one of said) {
      // What a source calls the vendor is kept as such; the one name is derived from it.
      const given = one.field === 'vendor' ? 'vendorRaw' : one.field;
      const name = table.nameOf(sort, given);
      const field = name === undefined ? undefined : table.field(sort, name);
      if (name === undefined || field === undefined || field.personal === true) {
        if (unknown.length < maxUnknown) unknown.push(one.field);
        continue;
      }
      const base = { sort, key, field: name, normaliser: normaliserVersion, map: null };
      const isBoth = field.entered === true || (sort === 'plc' && locked.has(name));
      for (const side of sidesOf(reading.method, isBoth, one.field)) {
        if ('error' in one) {
          const error = keptRaw(one.error, 64);
          facts.push({ ...base, side, value: null, said: null, raw: null, error, reason: keptRaw(one.reason) });
          continue;
        }
        const value = normalise(field, one.value);
        const raw = keptRaw(one.raw);
        if (value === undefined) {
          // Nothing was said where only blanks were; anything else is evidence of something that we cannot read.
          if (one.value.trim() !== '') {
            const reason = keptRaw(one.value, 200);
            facts.push({ ...base, side, value: null, said: null, raw, error: 'unreadable', reason });
          }
          continue;
        }
        const fact = { ...base, side, value, said: value === one.value ? null : keptRaw(one.value), raw };
        facts.push({ ...fact, error: null, reason: null });
        values.set(name, { ...fact, error: null, reason: null });
      }
    }
    for (const { field, value: derived, from, by } of derive(reading.source, values)) {
      const declared = table.field(sort, field);
      const value = declared === undefined ? undefined : normalise(declared, derived);
      if (value === undefined) continue;
      // On the sides of what it was made of.
      const sides = new Set(facts.filter((fact) => fact.field === by && fact.value !== null).map(({ side }) => side));
      for (const side of sides)
        facts.push({
          sort,
          key,
          field,
          side,
          value,
          said: null,
          raw: keptRaw(from),
          error: null,
          reason: null,
          normaliser: normaliserVersion,
          map: maps.version,
        });
    }
    return facts;
  };

  return (reading, locked = new Set()) => {
    const unknown: string[] = [];
    const facts = ofPart(reading, { sort: 'plc', key: '', said: reading.said }, unknown, locked);
    for (const { sort, key, said } of reading.parts)
      facts.push(...ofPart(reading, { sort, key: partKey(key), said }, unknown, locked));
    return { facts, unknown };
  };
};
