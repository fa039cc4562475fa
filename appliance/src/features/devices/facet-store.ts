import type { Database } from '../../platform/database.ts';
import { countBoth, type NumberSet, setOf, without, withPart } from '../../platform/number-set.ts';

// Who has which value of a column that lists filter by: device_facet holds, per value and block of 1,024 devices, one bit per
// device. A filter joins such sets and counts them, and never looks into the rows of devices.

/** Columns of device_row. */
const rowFacets = ['state', 'kind', 'level', 'worst', 'group_id', 'os_search'] as const;
type Facet = (typeof rowFacets)[number] | 'tag';

const blockBits = 10;
const blockBytes = 2 ** blockBits / 8;

const blockOf = (device: string): string => `${device} >> ${blockBits}`;
const placeOf = (device: string): string => `${device} & ${2 ** blockBits - 1}`;

const enter = (facet: Facet, value: string, device: string): string =>
  `insert into device_facet (facet, value, block, devices)
     select '${facet}', cast(${value} as text), ${blockOf(device)}, with_number(null, ${placeOf(device)}) where ${value} is not null
     on conflict (facet, value, block) do update set devices = with_number(devices, ${placeOf(device)});`;

const leave = (facet: Facet, value: string, device: string, unless = ''): string => {
  const where = `facet = '${facet}' and value = cast(${value} as text) and block = ${blockOf(device)}${unless}`;
  return `update device_facet set devices = without_number(devices, ${placeOf(device)}) where ${where};
     delete from device_facet where ${where} and length(devices) = 0;`;
};

// A tag that a person and a rule gave has two rows.
const leaveTag = leave(
  'tag',
  'old.tag',
  'old.device',
  ' and not exists (select 1 from device_tag where tag = old.tag and device = old.device)',
);

export const facetTriggers = (): { name: string; on: string; when?: string; body: string }[] => [
  {
    name: 'facets_added',
    on: 'insert on device_row',
    body: rowFacets.map((facet) => enter(facet, `new.${facet}`, 'new.device')).join(' '),
  },
  ...rowFacets.map((facet) => ({
    name: `facet_${facet}`,
    on: `update of ${facet} on device_row`,
    when: `old.${facet} is not new.${facet}`,
    body: `${leave(facet, `old.${facet}`, 'old.device')} ${enter(facet, `new.${facet}`, 'new.device')}`,
  })),
  {
    name: 'facets_gone',
    on: 'delete on device_row',
    body: rowFacets.map((facet) => leave(facet, `old.${facet}`, 'old.device')).join(' '),
  },
  { name: 'tag_added', on: 'insert on device_tag', body: enter('tag', 'new.tag', 'new.device') },
  {
    name: 'tag_changed',
    on: 'update on device_tag',
    body: `${leaveTag} ${enter('tag', 'new.tag', 'new.device')}`,
  },
  { name: 'tag_gone', on: 'delete on device_tag', body: leaveTag },
];

const valuesSql = (facet: Facet): string =>
  facet === 'tag'
    ? 'select distinct tag, device from device_tag'
    : `select cast(${facet} as text), device from device_row where ${facet} is not null`;

type FacetSet = { facet: Facet; value: string; devices: NumberSet };

/** The sets of every value, from the rows and tags; a facet at a time, since a fleet has many values. */
const derived = function* (db: Database): Generator<FacetSet> {
  for (const facet of [...rowFacets, 'tag'] as const) {
    const byValue = new Map<string, number[]>();
    for (const [value, device] of db.prepare<[], [string, number]>(valuesSql(facet)).raw().all()) {
      const devices = byValue.get(value);
      if (devices === undefined) byValue.set(value, [device]);
      else devices.push(device);
    }
    for (const [value, devices] of byValue) yield { facet, value, devices: setOf(devices) };
  }
};

type Part = { block: number; devices: Buffer };

const partsOf = (set: NumberSet): Part[] => {
  const parts: Part[] = [];
  for (let at = 0; at < set.length; at += blockBytes) {
    const part = set.subarray(at, at + blockBytes);
    const length = part.findLastIndex((byte) => byte !== 0) + 1;
    if (length > 0) parts.push({ block: at / blockBytes, devices: Buffer.from(part.subarray(0, length)) });
  }
  return parts;
};

/** Makes all of it anew. */
export const fillFacets = (db: Database): void => {
  const put = db.prepare<[string, string, number, Buffer]>(
    'insert into device_facet (facet, value, block, devices) values (?, ?, ?, ?)',
  );
  db.exec('delete from device_facet');
  for (const { facet, value, devices } of derived(db))
    for (const part of partsOf(devices)) put.run(facet, value, part.block, part.devices);
};

/** What differs from the rows and tags; for `doctor`. */
export const verifyFacets = (db: Database): string[] => {
  const key = (facet: string, value: string, block: number): string => JSON.stringify([facet, value, block]);
  const held = new Map(
    db
      .prepare<[], Part & { facet: string; value: string }>('select facet, value, block, devices from device_facet')
      .all()
      .map((row) => [key(row.facet, row.value, row.block), row.devices]),
  );
  const wrong: string[] = [];
  for (const { facet, value, devices } of derived(db))
    for (const part of partsOf(devices)) {
      const at = key(facet, value, part.block);
      if (!held.get(at)?.equals(part.devices)) wrong.push(at);
      held.delete(at);
    }
  return [...wrong, ...held.keys()].slice(0, 20).map((at) => `the list's set ${at} is not what its devices say`);
};

/** The sets of a connection. */
export const deviceFacets = (db: Database) => {
  const ofValues = db.prepare<[string, string], Part>(
    'select block, devices from device_facet where facet = ? and value in (select value from json_each(?))',
  );
  const holding = db.prepare<[string, string], Part>(
    'select block, devices from device_facet where facet = ? and instr(value, ?) > 0',
  );
  const all = db.prepare<[string], Part & { value: string }>(
    'select value, block, devices from device_facet where facet = ?',
  );
  const joined = (parts: Iterable<Part>): NumberSet => {
    let set: NumberSet = new Uint8Array();
    for (const { block, devices } of parts) set = withPart(set, block * blockBytes, devices);
    return set;
  };
  const each = (facet: Facet): [string, NumberSet][] =>
    [...Map.groupBy(all.iterate(facet), ({ value }) => value)].map(([value, parts]) => [value, joined(parts)]);
  return {
    /** Devices with any of the values. */
    any: (facet: Facet, wanted: readonly (string | number)[]): NumberSet =>
      joined(ofValues.iterate(facet, JSON.stringify(wanted.map(String)))),
    /** Devices with a value that holds a text. */
    holding: (facet: Facet, text: string): NumberSet => joined(holding.iterate(facet, text)),
    each,
    /** How many devices have each pair of values, `except` some. */
    counts: (a: Facet, b: Facet, except: NumberSet): { a: string; b: string; devices: number }[] => {
      const others = each(b);
      return each(a).flatMap(([value, all]) => {
        const devices = without(all, except);
        return others
          .map(([other, also]) => ({ a: value, b: other, devices: countBoth(devices, also) }))
          .filter((row) => row.devices > 0);
      });
    },
  };
};
