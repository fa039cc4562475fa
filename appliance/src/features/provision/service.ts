import type { Database } from '../../platform/database.ts';
import type { InventoryService } from '../inventory/service.ts';
import type { Collection, FactCollection } from '../inventory/types.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, type Kind, requireRight } from '../objects/types.ts';
import type { PlcService } from '../plcs/service.ts';
import type { StoreService } from '../store/service.ts';
import { provisionQueries } from './queries.ts';
import { undeclaredFields } from './request-fields.ts';
import type { Protection, Register, RegisterEntry } from './types.ts';

export type ProvisionService = {
  /** The whole register, counted now. */
  register(actor: Actor): Register;
};

export type ProvisionParts = {
  db: Database;
  inventory: InventoryService;
  objects: ObjectService;
  store: Pick<StoreService, 'list'>;
  plcs: Pick<PlcService, 'collections' | 'counts'>;
  clock: () => number;
};

const tombstoneDays = 90;

const ofCollection = (collection: Collection | FactCollection, rows: number): RegisterEntry => {
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
    retention: collection.mode === 'facts' ? 'kept' : 'while-device',
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

type Extra = Pick<RegisterEntry, 'row' | 'pillar' | 'name' | 'rows'> &
  Partial<Pick<RegisterEntry, 'bytes' | 'retention' | 'personal' | 'protection' | 'leaves'>>;

const extra = (entry: Extra): RegisterEntry => ({
  title: `register.${entry.name}.title`,
  source: `register.${entry.name}.source`,
  purpose: `register.${entry.name}.purpose`,
  retention: 'kept',
  personal: 'no',
  protection: ['disk'],
  leaves: null,
  fields: [],
  ...entry,
});

const order: readonly RegisterEntry['pillar'][] = ['inventory', 'object', 'event', 'sync', 'store', 'derived', 'local'];

/** The register over the engines' declarations. */
export const provisionService = (parts: ProvisionParts): ProvisionService => {
  const { inventory, objects, plcs, clock } = parts;
  const queries = provisionQueries(parts.db);

  const stored = (): { rows: number; bytes: number } => {
    let rows = 0;
    let bytes = 0;
    for (const { sizeBytes } of parts.store.list()) {
      rows += 1;
      bytes += sizeBytes;
    }
    return { rows, bytes };
  };

  const extras = (): RegisterEntry[] =>
    [
      {
        row: 'S2',
        pillar: 'inventory',
        name: 'changes',
        rows: queries.changes(),
        retention: 'by-type',
        personal: 'yes',
        protection: ['encrypted'],
      },
      {
        row: 'D6',
        pillar: 'object',
        name: 'person-keys',
        rows: queries.personKeys(),
        personal: 'possible',
        protection: ['encrypted'],
      },
      {
        row: 'E9',
        pillar: 'object',
        name: 'erasures',
        rows: queries.erasures(),
        personal: 'possible',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'S2',
        pillar: 'derived',
        name: 'deviations',
        rows: queries.deviations(),
        retention: { days: 1_095 },
        personal: 'yes',
        protection: ['encrypted'],
      },
      {
        row: 'S2',
        pillar: 'object',
        name: 'acceptances',
        rows: queries.acceptances(),
        personal: 'yes',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'P1',
        pillar: 'inventory',
        name: 'controller-origins',
        rows: queries.controllerOrigins(),
        personal: 'possible',
      },
      {
        row: 'P2',
        pillar: 'derived',
        name: 'program-states',
        rows: queries.programStates(),
      },
      {
        row: 'O7',
        pillar: 'object',
        name: 'revisions',
        rows: queries.revisions(),
        personal: 'yes',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'O8',
        pillar: 'object',
        name: 'tombstones',
        rows: queries.tombstones(),
        retention: { days: tombstoneDays },
        personal: 'yes',
        protection: ['encrypted', 'chain'],
      },
      { row: 'D9', pillar: 'object', name: 'certificates', rows: queries.certificates(), retention: { days: 400 } },
      {
        row: 'O4',
        pillar: 'object',
        name: 'sessions',
        rows: queries.sessions() + queries.attempts(),
        retention: { days: 1 },
        personal: 'yes',
        protection: ['hash'],
      },
      { row: 'S6', pillar: 'object', name: 'tasks', rows: queries.tasks() },
      {
        row: 'E5',
        pillar: 'local',
        name: 'queries',
        rows: queries.liveQueries(),
        retention: { days: 30 },
        personal: 'possible',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'E5',
        pillar: 'local',
        name: 'device-tasks',
        rows: queries.deviceTasks(),
        retention: { days: 30 },
        personal: 'possible',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'C4',
        pillar: 'store',
        name: 'samples',
        rows: queries.samples(),
        retention: { days: 90 },
        personal: 'possible',
        protection: ['encrypted', 'chain'],
      },
      {
        row: 'D5',
        pillar: 'local',
        name: 'nodes',
        rows: queries.osqueryNodes(),
        retention: 'while-device',
        personal: 'no',
      },
      {
        row: 'E1',
        pillar: 'event',
        name: 'events',
        rows: queries.events(),
        retention: 'by-type',
        personal: 'possible',
        protection: ['disk', 'chain'],
      },
      { row: 'O7', pillar: 'event', name: 'audit', rows: queries.audit(), personal: 'no', protection: ['chain'] },
      {
        row: 'G1',
        pillar: 'sync',
        name: 'requests',
        rows: queries.requests(),
        protection: ['signed', 'sealed'],
        leaves: { file: 'request', fields: ['register.requests.leaves'] },
      },
      { row: 'G2', pillar: 'sync', name: 'bundles', rows: queries.imports(), protection: ['signed'] },
      {
        row: 'G3',
        pillar: 'sync',
        name: 'receipts',
        rows: queries.receipts(),
        protection: ['signed', 'chain'],
        leaves: { file: 'request', fields: ['register.receipts.leaves'] },
      },
      {
        row: 'G4',
        pillar: 'sync',
        name: 'site-card',
        rows: queries.cards(),
        protection: ['signed'],
        leaves: { file: 'site-card', fields: ['register.site-card.leaves'] },
      },
      { row: 'S4', pillar: 'sync', name: 'catalog', rows: queries.catalog(), protection: ['signed'] },
      {
        row: 'S8',
        pillar: 'store',
        name: 'objects',
        ...stored(),
        protection: ['hash'],
        leaves: { file: 'request', fields: ['register.objects.leaves'] },
      },
      {
        row: 'S3',
        pillar: 'derived',
        name: 'findings',
        rows: queries.findings(),
        leaves: { file: 'request', fields: ['register.findings.leaves'] },
      },
      { row: 'D10', pillar: 'derived', name: 'device-status', rows: queries.statuses(), retention: 'while-device' },
      { row: 'D11', pillar: 'derived', name: 'device-tags', rows: queries.tags(), retention: 'while-device' },
      {
        row: 'D1',
        pillar: 'event',
        name: 'connections',
        rows: queries.connections(),
        retention: { days: 400 },
      },
      // It lies on the devices; the appliance holds none of it.
      { row: 'E5', pillar: 'local', name: 'device-log', rows: 0, personal: 'possible' },
      { row: 'E6', pillar: 'local', name: 'jobs', rows: queries.jobs(), retention: { days: 90 } },
    ].map((entry) => extra(entry as Extra));

  return {
    register: (actor) => {
      requireRight(actor, 'provision:read');
      const counts = new Map(inventory.counts().map(({ collection, rows }) => [collection, rows]));
      const entries = [
        ...plcs.counts().flatMap(({ collection, rows }) => {
          const declared = plcs.collections.find(({ name }) => name === collection);
          return declared === undefined ? [] : [ofCollection(declared, rows)];
        }),
        ...inventory.collections().map((collection) => ofCollection(collection, counts.get(collection.name) ?? 0)),
        ...objects.kinds().map((kind) => ofKind(kind, objects.list({ kind: kind.name, limit: 1 }).total)),
        ...extras(),
      ];
      return {
        at: clock(),
        entries: entries.sort((a, b) => order.indexOf(a.pillar) - order.indexOf(b.pillar)),
        undeclared: undeclaredFields([...inventory.collections(), ...plcs.collections], objects.kinds()),
      };
    },
  };
};
