import {
  MAX_PARTS,
  type PartReading,
  type Reading,
  type ReadingFact,
} from '@sallyport/bundle-tools/controllers/reading';
import type { CsvRow } from '../../../platform/csv/parse.ts';
import { factValue, fileText, part } from '../facts.ts';
import {
  type CsvColumn,
  type CsvTarget,
  type ImportLimits,
  INTERFACE_COLUMNS,
  type RefusalCode,
  type RefusedPlace,
} from '../types.ts';
import { identityColumns, moduleFields } from './columns.ts';
import { cellFacts } from './values.ts';

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
