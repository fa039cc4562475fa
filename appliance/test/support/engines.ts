import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { wordsOf } from '@sallyport/ui/i18n/catalogue';
import { introduce } from '../../../test/support/persons.ts';
import { loadAllDeclarations } from '../../src/all-declarations.ts';
import { passOn } from '../../src/engine/changes/pass-on.ts';
import type { Derivations, SectionChanged } from '../../src/engine/changes/types.ts';
import { type EventService, eventService } from '../../src/engine/events/service.ts';
import { type InventoryService, inventoryService } from '../../src/engine/inventory/service.ts';
import type { Collection } from '../../src/engine/inventory/types.ts';
import { type ObjectService, objectService } from '../../src/engine/objects/service.ts';
import type { Actor, Kind, Right, Setting } from '../../src/engine/objects/types.ts';
import { type ControllerMaps, noMaps } from '../../src/features/controllers/maps.ts';
import { type ControllerService, controllerService } from '../../src/features/controllers/service.ts';
import type { IngestReadings } from '../../src/features/controllers/types.ts';
import { protectedKeeper } from '../../src/features/discovery/protected-keeper.ts';
import type { UpdateService } from '../../src/features/updates/service.ts';
import { createSchema, type Database, openDatabase } from '../../src/platform/database.ts';
import { AppError } from '../../src/platform/errors.ts';
import { initKeyring, type Keyring, openKeyring } from '../../src/platform/keyring.ts';
import { type Personal, personal } from '../../src/platform/personal.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { controllerTrials } from '../../src/trial.ts';
import { madeOnce } from './made-once.ts';

export type Engines = {
  folder: string;
  path: string;
  db: Database;
  keyring: Keyring;
  personal: Personal;
  events: EventService;
  objects: ObjectService;
  inventory: InventoryService;
  controllers: ControllerService;
  /** Takes readings without keeping anything. */
  trial: IngestReadings;
  changed: SectionChanged[];
  close(): void;
};

/** An actor with exactly these rights. */
export const actorWith = (...rights: Right[]): Actor => ({
  type: 'account',
  id: 'a1',
  label: 'Test',
  from: '192.0.2.7',
  rights: new Set(rights),
  get authenticatedAt() {
    return nowMs();
  },
});

export const ofSite = wholeSite('job');
export const admin: Actor = actorWith('all');

/** What a refused call throws. */
export function failureOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What changes mean for the updates that devices need, and nothing else. */
export const needsAlone = (updates: Pick<UpdateService, 'note'>): Partial<Derivations> => ({
  section: [
    (sections) =>
      updates.note(
        sections.flatMap(({ device, collection }) =>
          collection === 'software' || collection === 'platform' ? [device] : [],
        ),
      ),
  ],
  inventory: [updates.note],
});

/** A key, and a database with the tables of all collections and nothing in them. */
const makeEmpty = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const keyring = await initKeyring(folder);
  const db = openDatabase(join(folder, 'state.db'), { lateStatements: true });
  createSchema(db);
  const { collections } = await loadAllDeclarations();
  inventoryService({ db, personal: personal(db, keyring), collections, changed: passOn(() => ({})) });
  db.close();
};

/** The engines over a new database in a temporary folder. */
export const openEngines = async (
  extra: {
    collections?: readonly Collection[];
    kinds?: readonly Kind[];
    settings?: readonly Setting[];
    maps?: ControllerMaps;
    clock?: () => number;
    /** What else follows from changes. */
    derive?: () => Partial<Derivations>;
  } = {},
): Promise<Engines> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-engines-'));
  const path = join(folder, 'state.db');
  await madeOnce('engines', folder, makeEmpty);
  const keyring = await openKeyring(folder);
  const db = openDatabase(path, { lateStatements: true });
  introduce(db, 'a1');
  const declared = await loadAllDeclarations();
  const people = personal(db, keyring);
  const changed: SectionChanged[] = [];
  const events: EventService = eventService({
    db,
    keyring,
    types: declared.events,
    maxRows: () => objects.setting('events.max-rows'),
  });
  events.knowWords(wordsOf);
  const tell = passOn(() => {
    const more = extra.derive?.() ?? {};
    return {
      ...more,
      section: [(sections) => changed.push(...sections), ...(more.section ?? [])],
      object: [(written) => written.forEach(controllers.written), ...(more.object ?? [])],
    };
  });
  const objects: ObjectService = objectService({
    db,
    personal: people,
    events,
    kinds: [...declared.kinds, ...(extra.kinds ?? [])],
    settings: [...declared.settings, ...(extra.settings ?? [])],
    changed: tell,
    further: (kind) => controllers.bodyRules[kind],
  });
  const controllers = controllerService({
    db,
    objects,
    events,
    collections: declared.facts,
    maps: extra.maps ?? noMaps,
    changed: tell,
    keepProtected: protectedKeeper({ db, clock: extra.clock ?? nowMs }).keep,
    ...(extra.clock === undefined ? {} : { clock: extra.clock }),
  });
  const inventory = inventoryService({
    db,
    personal: people,
    collections: [...declared.collections, ...(extra.collections ?? [])],
    changed: tell,
  });
  return {
    folder,
    path,
    db,
    keyring,
    personal: people,
    events,
    objects,
    inventory,
    controllers: controllers.service,
    trial: controllerTrials({
      path,
      personal: people,
      kinds: declared.kinds,
      settings: declared.settings,
      collections: declared.facts,
      maps: extra.maps ?? noMaps,
      ...(extra.clock === undefined ? {} : { clock: extra.clock }),
    }),
    changed,
    close: () => {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
