import { defined } from '@sallyport/bundle-tools/platform/defined';
import { passOn } from './engine/changes/pass-on.ts';
import type { EventService } from './engine/events/service.ts';
import type { FactCollection } from './engine/inventory/types.ts';
import { type ObjectService, objectService } from './engine/objects/service.ts';
import type { Kind, Setting } from './engine/objects/types.ts';
import type { ControllerMaps } from './features/controllers/maps.ts';
import { controllerService } from './features/controllers/service.ts';
import type { IngestReadings } from './features/controllers/types.ts';
import type { Personal } from './platform/personal.ts';
import { openShadow, type ShadowTable } from './platform/shadow.ts';

// What taking many readings would do, worked out beside the database: all that taking writes to is copied, and the copies are
// thrown away. A transaction of the database would block all other writers until the trial ends.

const tables: readonly ShadowTable[] = [
  { name: 'controller' },
  { name: 'import_batch' },
  { name: 'controller_reading' },
  { name: 'controller_fact' },
  { name: 'controller_part' },
  { name: 'controller_effective' },
  { name: 'controller_key' },
  { name: 'controller_pair' },
  { name: 'controller_agreed' },
  { name: 'controller_merge' },
  { name: 'controller_change', isEmpty: true },
  { name: 'controller_row', withoutIndexes: true },
  { name: 'object' },
  { name: 'object_index' },
  { name: 'object_revision', isEmpty: true },
];

/** A trial records no events. */
const noEvents: Pick<EventService, 'record' | 'append'> = {
  record: (type) => ({
    id: 0,
    at: 0,
    type,
    severity: 'info',
    area: 'devices',
    actor: null,
    from: null,
    device: null,
    auditSeq: null,
    params: {},
  }),
  append: () => 0,
};

type TrialParts = {
  /** Of the database. */
  path: string;
  personal: Personal;
  kinds: readonly Kind[];
  settings: readonly Setting[];
  collections: readonly FactCollection[];
  maps: ControllerMaps;
  clock?: () => number;
};

/** `take` as a trial, whatever its options say. */
export const controllerTrials = (parts: TrialParts): IngestReadings => {
  const { path, personal, kinds, settings, collections, maps, clock } = parts;
  return (actor, batch, readings, options = {}) => {
    const db = openShadow(path, tables);
    try {
      const events = noEvents as EventService;
      const changed = passOn(() => ({ object: [(objects) => objects.forEach(controllers.written)] }));
      const objects: ObjectService = objectService({
        db,
        personal,
        events,
        kinds,
        settings,
        changed,
        further: (kind) => controllers.bodyRules[kind],
      });
      const controllers = controllerService({
        db,
        objects,
        events,
        collections,
        maps,
        changed,
        // Nothing of a trial is kept.
        keepProtected: () => undefined,
        ...defined({ clock }),
      });
      return { ...controllers.service.ingest(actor, batch, readings, { ...options, dryRun: false }), batch: null };
    } finally {
      db.close();
    }
  };
};
