import type { Database } from '../../platform/database.ts';
import type { Personal } from '../../platform/personal.ts';
import type { EventService } from '../events/service.ts';
import type {
  Actor,
  Body,
  ExportedObject,
  FieldDiff,
  Kind,
  Obj,
  ObjectPage,
  ObjectQuery,
  Revision,
  Setting,
  SettingValue,
  Tombstone,
} from './types.ts';

export type WriteOptions = { comment?: string };
export type ReadOptions = { /** Returns values of `secret` fields. */ secrets?: boolean; deleted?: boolean };

export type ObjectService = {
  kinds(): readonly Kind[];
  /** Throws NOT_FOUND. */
  kind(name: string): Kind;
  /** INVALID with every wrong field, EXISTS for a taken key or unique value, FORBIDDEN. */
  create(actor: Actor, kind: string, body: Body, options?: WriteOptions & { id?: string }): Obj;
  /** `patch` merges; null clears a field. CONFLICT when `expectedRevision` is not the current one. */
  update(
    actor: Actor,
    kind: string,
    id: string,
    patch: Body,
    options?: WriteOptions & { expectedRevision?: number },
  ): Obj;
  /** Creates or updates by a given key. */
  put(actor: Actor, kind: string, id: string, patch: Body, options?: WriteOptions): Obj;
  remove(actor: Actor, kind: string, id: string, options?: WriteOptions): void;
  restore(actor: Actor, kind: string, id: string, options?: WriteOptions): Obj;
  /** Makes a new revision with the content of an old one. */
  revert(actor: Actor, kind: string, id: string, revision: number, options?: WriteOptions): Obj;
  /** Throws NOT_FOUND. */
  get(kind: string, id: string, options?: ReadOptions): Obj;
  find(kind: string, id: string, options?: ReadOptions): Obj | undefined;
  /** By the exact value of a field that is `indexed` or `unique`, personal ones too. */
  findBy(kind: string, field: string, value: string, options?: ReadOptions): Obj | undefined;
  list(query: ObjectQuery): ObjectPage;
  revisions(kind: string, id: string): Revision[];
  diff(kind: string, id: string, from: number, to: number): FieldDiff[];
  tombstones(kind?: string): Tombstone[];
  /** Erases the personal and secret values of an object and of all its revisions, for ever. */
  erase(actor: Actor, kind: string, id: string): void;
  exportKind(kind: string): ExportedObject[];
  importKind(actor: Actor, objects: readonly ExportedObject[]): { created: number; updated: number };
  /** Final deletion of tombstones older than 90 days. */
  trim(): number;
  settings(): ReadonlyArray<{ setting: Setting; value: SettingValue; isDefault: boolean; revision: number }>;
  /** A setting's value or its default; throws NOT_FOUND for a name that nobody declared. */
  setting(name: string): SettingValue;
  settingInteger(name: string): number;
  settingText(name: string): string;
  settingFlag(name: string): boolean;
  setSetting(actor: Actor, name: string, value: SettingValue, options?: WriteOptions): void;
  /** Back to the default. */
  resetSetting(actor: Actor, name: string): void;
};

export type ObjectParts = {
  db: Database;
  personal: Personal;
  events: EventService;
  kinds: readonly Kind[];
  settings: readonly Setting[];
};
