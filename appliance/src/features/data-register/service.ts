import { foreignFiles } from '@sallyport/bundle-tools/platform/foreign-files';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Collection, FactCollection } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, type Kind, requireRight } from '../../engine/objects/types.ts';
import type { StoreService } from '../../engine/store/service.ts';
import type { Database } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import { controllerTables, heldEntries } from './entries.ts';
import { rowsOf, tablesOf } from './queries.ts';
import { undeclaredFields } from './request-fields.ts';
import type { HeldEntry, Protection, Register, RegisterEntry } from './types.ts';

export type ProvisionService = {
  /** The whole register, counted now. */
  register(actor: Actor): Register;
};

type ProvisionParts = {
  db: Database;
  inventory: InventoryService;
  objects: ObjectService;
  store: Pick<StoreService, 'list'>;
  controllers: Pick<ControllerService, 'collections' | 'counts'>;
  /** Where the data directory is; none where nothing lies in files. */
  paths?: { readonly data: string };
  clock: () => number;
};

const ofCollection = (
  collection: Collection | FactCollection,
  tables: readonly string[],
  rows: number,
): RegisterEntry => {
  const leaving = new Set(collection.leaves?.fields);
  const fields = Object.entries(collection.fields).map(([name, field]) => ({
    name,
    label: `collection.${collection.name}.field.${name}`,
    personal: field.personal ?? false,
    encrypted: field.personal ?? false,
    leaves: leaving.has(name),
  }));
  const isPersonal = fields.some((field) => field.personal);
  return {
    row: collection.row,
    pillar: 'inventory',
    name: collection.name,
    title: `collection.${collection.name}.title`,
    source: `collection.${collection.name}.source`,
    purpose: `collection.${collection.name}.purpose`,
    rows,
    tables,
    files: [],
    retention: collection.mode === 'facts' ? 'kept' : { days: collection.retentionDays, since: 'report' },
    personal: isPersonal ? 'yes' : 'no',
    protection: isPersonal ? ['encrypted'] : ['disk'],
    leaves:
      collection.leaves === null
        ? null
        : {
            file: collection.leaves.file,
            fields: collection.leaves.fields.map((name) => `collection.${collection.name}.field.${name}`),
          },
    fields,
  };
};

const ofKind = (kind: Kind, rows: number): RegisterEntry => {
  const leaving = new Set(kind.leaves?.fields);
  const fields = Object.entries(kind.fields).map(([name, field]) => ({
    name,
    label: `kind.${kind.name}.field.${name}`,
    personal: field.personal ?? false,
    encrypted: field.personal === true || field.type === 'secret',
    leaves: leaving.has(name),
  }));
  const protection: Protection[] = fields.some((field) => field.encrypted) ? ['encrypted', 'chain'] : ['disk', 'chain'];
  return {
    row: kind.row,
    pillar: 'object',
    name: kind.name,
    title: `kind.${kind.name}.title`,
    source: `kind.${kind.name}.source`,
    purpose: `kind.${kind.name}.purpose`,
    rows,
    tables: [],
    files: [],
    retention: 'kept',
    personal: fields.some((field) => field.personal) ? 'yes' : 'no',
    protection,
    leaves:
      kind.leaves === null
        ? null
        : { file: kind.leaves.file, fields: kind.leaves.fields.map((name) => `kind.${kind.name}.field.${name}`) },
    fields,
  };
};

const ofHeld = (entry: HeldEntry, rows: number): RegisterEntry => ({
  title: `register.${entry.name}.title`,
  source: `register.${entry.name}.source`,
  purpose: `register.${entry.name}.purpose`,
  rows,
  tables: [],
  files: [],
  retention: 'kept',
  personal: 'no',
  protection: ['disk'],
  leaves: null,
  fields: [],
  ...entry,
});

const patternsOf = (entries: readonly RegisterEntry[]): string[] => entries.flatMap(({ files }) => files);

const order: readonly RegisterEntry['pillar'][] = ['inventory', 'object', 'event', 'sync', 'store', 'derived', 'local'];

/** The register over the engines' declarations. */
export const provisionService = (parts: ProvisionParts): ProvisionService => {
  const { db, inventory, objects, controllers, clock } = parts;

  const stored = (): { rows: number; bytes: number } => {
    let rows = 0;
    let bytes = 0;
    for (const { sizeBytes } of parts.store.list()) {
      rows += 1;
      bytes += sizeBytes;
    }
    return { rows, bytes };
  };

  const held = (): RegisterEntry[] =>
    heldEntries.map((entry) =>
      entry.name === 'objects' ? { ...ofHeld(entry, 0), ...stored() } : ofHeld(entry, rowsOf(db, entry)),
    );

  const foreignTables = (entries: readonly RegisterEntry[]): string[] => {
    const declared = new Set(entries.flatMap(({ tables }) => tables));
    return tablesOf(db).filter((table) => !declared.has(table));
  };

  return {
    register: (actor) => {
      requireRight(actor, 'provision:read');
      const counts = new Map(inventory.counts(wholeSite('figures')).map(({ collection, rows }) => [collection, rows]));
      const entries = [
        ...controllers.counts().flatMap(({ collection, rows }) => {
          const declared = controllers.collections.find(({ name }) => name === collection);
          // The record of controllers is one entry: facts, their sources, and effective values.
          const tables = collection === 'controller' ? controllerTables : [];
          return declared === undefined ? [] : [ofCollection(declared, tables, rows)];
        }),
        ...inventory
          .collections()
          .map((collection) =>
            ofCollection(collection, inventory.tablesOf(collection), counts.get(collection.name) ?? 0),
          ),
        ...objects.kinds().map((kind) => ofKind(kind, objects.ofAnyKind.list({ kind: kind.name, limit: 1 }).total)),
        ...held(),
      ];
      return {
        at: clock(),
        entries: entries.sort((a, b) => order.indexOf(a.pillar) - order.indexOf(b.pillar)),
        undeclared: [
          ...undeclaredFields([...inventory.collections(), ...controllers.collections], objects.kinds()),
          ...foreignTables(entries).map((table) => `table ${table}`),
          ...(parts.paths === undefined
            ? []
            : foreignFiles(parts.paths.data, patternsOf(entries)).map((path) => `file ${path}`)),
        ],
      };
    },
  };
};
