import type { KindName, Kinds } from '../../all-kinds.ts';
import type { BodyOf, NewBodyOf, PatchOf } from './body-types.ts';
import type { Actor, Body, Obj, ObjectPage, ObjectQuery, ReadOptions, WriteOptions } from './types.ts';

type CreateOptions = WriteOptions & { id?: string };
type UpdateOptions = WriteOptions & { expectedRevision?: number };

/** Objects of whatever kind: for what is generic, and for kinds of extensions. A kind that is none is NOT_FOUND. */
export type AnyObjects = {
  /** INVALID with every wrong field (a taken unique value is one), EXISTS for a taken key, FORBIDDEN. */
  create(actor: Actor, kind: string, body: Body, options?: CreateOptions): Obj;
  /** `patch` merges; null clears a field. CONFLICT when `expectedRevision` is not the current one. */
  update(actor: Actor, kind: string, id: string, patch: Body, options?: UpdateOptions): Obj;
  /** Creates or updates by a given key; a tombstone is restored. */
  put(actor: Actor, kind: string, id: string, patch: Body, options?: WriteOptions): Obj;
  /** IN_USE while a live object refers to it. */
  remove(actor: Actor, kind: string, id: string, options?: WriteOptions): void;
  restore(actor: Actor, kind: string, id: string, options?: WriteOptions): Obj;
  /** Makes a new revision with the content of an old one; secrets stay as they are now. */
  revert(actor: Actor, kind: string, id: string, revision: number, options?: WriteOptions): Obj;
  /** Throws NOT_FOUND. */
  get(kind: string, id: string, options?: ReadOptions): Obj;
  find(kind: string, id: string, options?: ReadOptions): Obj | undefined;
  /** By the exact value of a field that is `indexed` or `unique`, personal ones too. */
  findBy(kind: string, field: string, value: string, options?: ReadOptions): Obj | undefined;
  list(query: ObjectQuery): ObjectPage;
};

type BodyIn<K extends KindName> = BodyOf<Kinds[K]>;
type FieldIn<K extends KindName> = keyof Kinds[K]['fields'] & string;

/** A query that names fields of its kind. */
type QueryOf<K extends KindName> = Omit<ObjectQuery, 'kind' | 'where' | 'sort'> & {
  kind: K;
  where?: { readonly [F in FieldIn<K>]?: string | number | boolean | null };
  sort?: FieldIn<K> | 'createdAt' | 'updatedAt' | 'id';
};

/** An object of a kind by its name. */
export type ObjectOf<K extends KindName> = Obj<BodyIn<K>>;

/** `AnyObjects`, where the code names the kind: its fields and their types follow from its declaration. */
export type TypedObjects = {
  create<K extends KindName>(actor: Actor, kind: K, body: NewBodyOf<Kinds[K]>, options?: CreateOptions): ObjectOf<K>;
  update<K extends KindName>(
    actor: Actor,
    kind: K,
    id: string,
    patch: PatchOf<Kinds[K]>,
    options?: UpdateOptions,
  ): ObjectOf<K>;
  put<K extends KindName>(
    actor: Actor,
    kind: K,
    id: string,
    patch: PatchOf<Kinds[K]>,
    options?: WriteOptions,
  ): ObjectOf<K>;
  remove(actor: Actor, kind: KindName, id: string, options?: WriteOptions): void;
  restore<K extends KindName>(actor: Actor, kind: K, id: string, options?: WriteOptions): ObjectOf<K>;
  revert<K extends KindName>(actor: Actor, kind: K, id: string, revision: number, options?: WriteOptions): ObjectOf<K>;
  get<K extends KindName>(kind: K, id: string, options?: ReadOptions): ObjectOf<K>;
  find<K extends KindName>(kind: K, id: string, options?: ReadOptions): ObjectOf<K> | undefined;
  findBy<K extends KindName>(kind: K, field: FieldIn<K>, value: string, options?: ReadOptions): ObjectOf<K> | undefined;
  list<K extends KindName>(query: QueryOf<K>): ObjectPage<BodyIn<K>>;
};

/** The same functions: that a kind's bodies are as it declares is what the engine checks at each write. */
export function typedObjects(objects: AnyObjects): TypedObjects {
  return objects as TypedObjects;
}
