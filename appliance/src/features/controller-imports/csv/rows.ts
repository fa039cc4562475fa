import { isIP } from 'node:net';
import {
  MAX_PARTS,
  type PartReading,
  type Reading,
  type ReadingFact,
} from '@sallyport/bundle-tools/controllers/reading';
import type { CsvRow } from '../../../platform/csv/parse.ts';
import { fact, factValue, fileText, macOf, part } from '../facts.ts';
import {
  type CsvColumn,
  type CsvTarget,
  type ImportLimits,
  INTERFACE_COLUMNS,
  type RefusalCode,
  type RefusedPlace,
} from '../types.ts';
import { choiceOf } from './choices.ts';

/** What spreadsheets and people write where there is nothing. */
const nothing = /^(?:[-–—.?]+|n\/?a|none|null|нет данных|неизвестно|unknown|белгісіз|деректер жоқ|#n\/a|#н\/д)$/i;

const dateOf = (text: string): string | undefined => {
  const found =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(text) ??
    (() => {
      const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
      return dotted === null ? null : [text, dotted[3], dotted[2], dotted[1]];
    })();
  if (found === null) return undefined;
  const [, year, month, day] = found.map((piece) => String(piece).padStart(2, '0'));
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)
    ? undefined
    : `${year}-${month}-${day}T00:00:00Z`;
};

const integers: ReadonlySet<CsvColumn> = new Set(['rack', 'slot', 'subslot', 'vlan', 'leadTimeDays']);
const dates: ReadonlySet<CsvColumn> = new Set(['endOfSupport', 'restoreTestedAt']);
const ipAddresses: ReadonlySet<CsvColumn> = new Set(['address', 'mask', 'gateway']);

/** Cells that may hold several values. */
const lists: ReadonlySet<CsvColumn> = new Set(['address', 'mac']);
const maxAddresses = 32;

const read = (column: CsvColumn, text: string): string | undefined => {
  if (ipAddresses.has(column)) {
    // `10.0.0.5/24` says the address and, in other words, the mask.
    const address = text.replace(/\/\d{1,2}$/, '');
    return isIP(address) === 0 ? undefined : address;
  }
  if (column === 'mac') return macOf(text);
  if (integers.has(column)) return /^\d{1,6}(?:\.0)?$/.test(text) ? String(Number(text)) : undefined;
  if (dates.has(column)) return dateOf(text);
  if (column === 'cipTuple') {
    const match = /^(\d{1,5})\s*[/.,-]\s*(\d{1,5})\s*[/.,-]\s*(\d{1,5})$/.exec(text);
    return match === null ? undefined : match.slice(1).join('/');
  }
  return choiceOf(column, text);
};

/** A cell as a value: nothing where it says nothing, `wrong` where it is not what its column holds. */
const cellFacts = (column: CsvColumn, cell: string): ReadingFact[] | 'wrong' => {
  const text = cell.trim();
  if (text === '' || nothing.test(text)) return [];
  // Lists of devices give all addresses of one in a cell.
  const several = lists.has(column) ? text.split(/[\s,;|]+/).filter((one) => one !== '') : [];
  if (several.length > 1) {
    const values = [...new Set(several.map((one) => read(column, one)))];
    if (values.length > maxAddresses || values.includes(undefined)) return 'wrong';
    return values.flatMap((value) => fact(column, value, cell));
  }
  const value = read(column, text);
  return value === undefined ? 'wrong' : fact(column, value, cell);
};

// What a column of a table may hold: fields of the controller, of the interface by which it is reached, of a module.

/** Values of a row that are its module's, too. */
const moduleFields: ReadonlySet<CsvColumn> = new Set<CsvColumn>([
  'name',
  'description',
  'vendorRaw',
  'model',
  'orderNumber',
  'cipTuple',
  'firmware',
  'hwVersion',
  'series',
  'serial',
  'address',
  'mac',
  'rack',
  'slot',
  'subslot',
]);

/** By which a row says which controller it is. */
const identityColumns: readonly CsvColumn[] = ['assetTag', 'serial', 'mac', 'stationName', 'name', 'address'];

type Read = { line: number; items: Map<CsvColumn, ReadingFact>; custom: CustomValues; further: Further };

/** Addresses behind the first one of a cell. */
type Further = Partial<Record<'address' | 'mac', readonly ReadingFact[]>>;

/** Values of fields of the site's own, by their names: entered by who imports, not read from a device. */
type CustomValues = Readonly<Record<string, string>>;

const interfaceColumns: ReadonlySet<CsvColumn> = new Set(INTERFACE_COLUMNS);
const maxCustomLength = 500;
/** Fields of an interface that are the controller's, too: by them it is found. */
const shared: ReadonlySet<CsvColumn> = new Set<CsvColumn>(['address', 'mac', 'stationName']);

/** What belongs together by its place in two cells: as many addresses as MAC addresses, or one kind alone. */
const furtherInterfaces = ({ address = [], mac = [] }: Further): ReadingFact[][] =>
  address.length === mac.length
    ? address.map((one, at) => [one, ...mac.slice(at, at + 1)])
    : [...address.map((one) => [one]), ...mac.map((one) => [one])];

/** Rows of a table as readings: one per controller, with the rows that name it as their parent as its modules. */
export const rowReadings = (
  headings: readonly string[],
  targets: readonly CsvTarget[],
  rows: Iterable<CsvRow>,
  options: { nowMs: number; limits: ImportLimits },
): {
  readings: Reading[];
  refused: RefusedPlace[];
  looked: number;
  unread: number;
  /** By the place of the reading. */
  custom: ReadonlyMap<number, CustomValues>;
} => {
  const { nowMs, limits } = options;
  const refused: RefusedPlace[] = [];
  const refusedLines = new Set<number>();
  let looked = 0;
  const refuse = (line: number, code: RefusalCode, detail: string, whole: boolean): void => {
    if (whole) refusedLines.add(line);
    if (refused.length < limits.maxRefused)
      refused.push({ where: `line ${line}`, code, detail: fileText(detail).slice(0, 200) });
  };

  const read = ({ line, cells }: CsvRow): Read | undefined => {
    if (cells.slice(headings.length).some((cell) => cell.trim() !== '')) {
      refuse(line, 'ragged', `${cells.length} > ${headings.length}`, true);
      return undefined;
    }
    const items = new Map<CsvColumn, ReadingFact>();
    const custom: Record<string, string> = {};
    const further: Further = {};
    for (const [index, target] of targets.entries()) {
      const cell = cells[index] ?? '';
      if (target === undefined) continue;
      if ('custom' in target) {
        const text = fileText(cell).slice(0, maxCustomLength);
        if (text !== '') custom[target.custom] = text;
        continue;
      }
      const found = cellFacts(target.column, cell);
      if (found === 'wrong') refuse(line, 'value', `${headings[index] ?? ''}: ${cell}`, false);
      else if (found[0] !== undefined) items.set(target.column, found[0]);
      if (found !== 'wrong' && (target.column === 'address' || target.column === 'mac'))
        further[target.column] = found.slice(1);
    }
    return { line, items, custom, further };
  };

  const textIn = (row: Read, column: CsvColumn): string | undefined => {
    const item = row.items.get(column);
    return item !== undefined && 'value' in item ? item.value : undefined;
  };
  const textsOf = (row: Read): string =>
    JSON.stringify([
      ...[...row.items.values()].map((item) => ('value' in item ? [item.field, item.value] : [])),
      row.custom,
    ]);

  const controllers = new Map<string, { row: Read; text: string; modules: PartReading[] }>();
  const byName = new Map<string, string>();
  const modules: Read[] = [];
  for (const row of rows) {
    looked += 1;
    const one = read(row);
    if (one === undefined) continue;
    if (textIn(one, 'parent') !== undefined) {
      modules.push(one);
      continue;
    }
    const identity = identityColumns.find((column) => textIn(one, column) !== undefined);
    if (identity === undefined) {
      refuse(one.line, 'no-identity', '', true);
      continue;
    }
    const key = `${identity} ${textIn(one, identity)?.toLowerCase()}`;
    const before = controllers.get(key);
    if (before !== undefined) {
      if (before.text !== textsOf(one)) refuse(one.line, 'twice', `line ${before.row.line}`, true);
      continue;
    }
    if (controllers.size >= limits.maxReadings) {
      refuse(one.line, 'too-many-parts', String(limits.maxReadings), true);
      continue;
    }
    controllers.set(key, { row: one, text: textsOf(one), modules: [] });
    for (const column of identityColumns) {
      const value = textIn(one, column)?.toLowerCase();
      if (value !== undefined && !byName.has(value)) byName.set(value, key);
    }
  }

  for (const row of modules) {
    const parent = controllers.get(byName.get((textIn(row, 'parent') ?? '').toLowerCase()) ?? '');
    const [rack, slot, subslot] = [textIn(row, 'rack') ?? '0', textIn(row, 'slot'), textIn(row, 'subslot')];
    if (parent === undefined) refuse(row.line, 'parent-unknown', textIn(row, 'parent') ?? '', true);
    else if (slot === undefined) refuse(row.line, 'no-identity', 'slot', true);
    else {
      const key = [rack, slot, ...(subslot === undefined ? [] : [subslot])].join('/');
      const items = [...row.items].flatMap(([column, item]) => (moduleFields.has(column) ? [item] : []));
      const one = part('module', key, items);
      const before = parent.modules.find((other) => other.key === key);
      if (before !== undefined) {
        if (JSON.stringify(before) !== JSON.stringify(one)) refuse(row.line, 'twice', key, true);
      } else if (parent.modules.length >= MAX_PARTS - 1) refuse(row.line, 'too-many-parts', String(MAX_PARTS), true);
      else parent.modules.push(one);
    }
  }

  const readings = [...controllers.values()].map(({ row, modules: parts }): Reading => {
    const ownItems = [...row.items].flatMap(([column, item]) =>
      !interfaceColumns.has(column) || shared.has(column) ? [item] : [],
    );
    const network = [...row.items].flatMap(([column, item]) => (interfaceColumns.has(column) ? [item] : []));
    const reading: Reading = {
      observedAtMs: nowMs,
      method: 'csv',
      source: 'csv',
      where: `line ${row.line}`,
      facts: ownItems,
      parts,
    };
    const interfaces = [network, ...furtherInterfaces(row.further)].flatMap((items): PartReading[] => {
      const [mac, address, station] = (['mac', 'address', 'stationName'] as const).map((field) =>
        factValue({ facts: items }, field),
      );
      const key = mac ?? address ?? station;
      return key === undefined ? [] : [part('interface', key, items)];
    });
    return { ...reading, parts: [...interfaces, ...parts].slice(0, MAX_PARTS) };
  });
  const custom = new Map(
    [...controllers.values()].flatMap(({ row }, index): [number, CustomValues][] =>
      Object.keys(row.custom).length === 0 ? [] : [[index, row.custom]],
    ),
  );
  return { readings, refused, looked, unread: refusedLines.size, custom };
};
