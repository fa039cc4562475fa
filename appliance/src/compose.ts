import { join } from 'node:path';
import type { EventService } from './features/events/service.ts';
import type { InventoryService } from './features/inventory/service.ts';
import type { ObjectService } from './features/objects/service.ts';
import type { StoreService } from './features/store/service.ts';
import type { Config, DataPaths } from './platform/config.ts';
import type { Database } from './platform/database.ts';
import type { Keyring } from './platform/keyring.ts';
import type { Personal } from './platform/personal.ts';

/** Everything of one appliance over one data directory: wired here and nowhere else. */
export type Appliance = {
  paths: DataPaths;
  config: Config;
  db: Database;
  keyring: Keyring;
  personal: Personal;
  events: EventService;
  objects: ObjectService;
  inventory: InventoryService;
  store: StoreService;
  /** Owners of features add theirs here. */
  close(): Promise<void>;
};

export type ComposeOptions = {
  dataDir: string;
  /** Folders with further declarations, beside the built-in ones. */
  extensions?: {
    collections?: readonly string[];
    kinds?: readonly string[];
    events?: readonly string[];
    settings?: readonly string[];
  };
};

export const declarationFolders = {
  collections: join(import.meta.dirname, 'features/inventory/collections'),
  kinds: join(import.meta.dirname, 'features/objects/kinds'),
  settings: join(import.meta.dirname, 'features/objects/settings'),
  events: join(import.meta.dirname, 'features/events/types'),
} as const;
