import { wholeSite } from '../../platform/scope.ts';
import type { FurtherRule, ObjectOf, ObjectService } from '../objects/service.ts';
import type { Body } from '../objects/types.ts';
import type { InventoryService } from './service.ts';
import { type CustomColumn, enteredFields, type FieldValue, type HardwareRecords, partOf } from './types.ts';

// What people enter about parts lies in objects of the kind hardware-record, bound to the part and not to the row that a
// report made: a disk keeps its inventory number when it moves to another computer.

type Row = Readonly<Record<string, FieldValue>>;

const maxMatches = 500;

const customOf = (body: Body): Map<string, string> =>
  new Map(
    (Array.isArray(body['custom']) ? body['custom'] : []).map((line) => {
      const [name = '', ...rest] = String(line).split(':');
      return [name.trim(), rest.join(':').trim()] as const;
    }),
  );

const valuePatterns: Readonly<Record<CustomColumn['type'], RegExp>> = {
  text: /\S/,
  number: /^-?\d{1,15}(?:[.,]\d{1,6})?$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  'yes-no': /^(?:yes|no)$/,
};

const columnsOf = (objects: ObjectService): CustomColumn[] =>
  objects
    .list({ kind: 'hardware-column', limit: 100 })
    .rows.map(({ body }) => ({ name: String(body['name']), type: body['type'] as CustomColumn['type'] }));

/** A record may only use columns that are declared, with values of their types. */
export const hardwareRecordRule =
  (objects: ObjectService): FurtherRule =>
  (_id, body) => {
    const columns = new Map(columnsOf(objects).map((column) => [column.name, column]));
    const isRight = ([name, value]: readonly [string, string]): boolean => {
      const column = columns.get(name);
      return column !== undefined && valuePatterns[column.type].test(value);
    };
    return { faults: [...customOf(body)].every(isRight) ? {} : { custom: { key: 'validation.format' } }, body };
  };

/** Reads the records of rows of the collection `hardware`. */
export const hardwareRecords = (parts: {
  objects: ObjectService;
  inventory: Pick<InventoryService, 'list' | 'section'>;
  /** The number of a device by its public id; undefined for one that is gone. */
  deviceOf: (publicId: string) => number | undefined;
}): HardwareRecords => {
  const { objects, inventory, deviceOf } = parts;

  const find = (device: string, row: Row): ObjectOf<'hardware-record'> | undefined =>
    objects.findBy('hardware-record', 'part', partOf(device, row));

  /** Rows of the parts that records name. */
  const rowsOf = (named: ReadonlySet<string>): number[] => {
    const serials = [...named].flatMap((part) => /^serial\/[^/]*\/(.+)$/.exec(part)?.[1] ?? []);
    const bySerial =
      serials.length === 0
        ? []
        : inventory
            .list({ scope: wholeSite('job'), collection: 'hardware', where: { serial: serials }, limit: 10_000 })
            .rows.filter((row) => named.has(partOf('', row)));
    const publicIds = new Set([...named].flatMap((part) => /^device\/([^/]+)\//.exec(part)?.[1] ?? []));
    const byDevice = [...publicIds].flatMap((publicId) => {
      const device = deviceOf(publicId);
      const rows = device === undefined ? [] : inventory.section(device, 'hardware');
      return rows.filter((row) => named.has(partOf(publicId, row)));
    });
    return [...bySerial, ...byDevice].map(({ id }) => id);
  };

  return {
    find,
    columns: (): CustomColumn[] => columnsOf(objects),
    values: (record: ObjectOf<'hardware-record'> | undefined): Record<string, FieldValue> => {
      if (record === undefined) return {};
      const { body } = record;
      const own = enteredFields.map((name) => {
        const value = body[name];
        return [
          name,
          name === 'purchasedAt' && typeof value === 'string' ? Date.parse(value) : (value ?? null),
        ] as const;
      });
      const custom = [...customOf(body)].map(([name, value]) => [`custom.${name}`, value] as const);
      return Object.fromEntries([...own, ...custom]) as Record<string, FieldValue>;
    },
    search: (text: string): number[] => {
      const found = objects.list({ kind: 'hardware-record', search: text, limit: maxMatches }).rows;
      return rowsOf(new Set(found.map(({ body }) => String(body['part'] ?? '')).filter((part) => part !== '')));
    },
  };
};
