import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FieldColumn, FilterField, PageOf, Reference, Value } from '../model.ts';

export type CollectionRow = {
  readonly id: number;
  readonly values: Readonly<Record<string, Value>>;
  /** `own` collections. */
  readonly device?: Reference;
  /** `shared` collections: how many devices have it. */
  readonly devices?: number;
};

/** A list of one collection over the whole site; /software is the collection `software`. */
export type CollectionProps = {
  readonly ctx: Ctx;
  readonly collection: string;
  /** Tabs: every collection that there is, in order. */
  readonly collections: readonly string[];
  readonly mode: 'shared' | 'own';
  readonly titleField: string;
  readonly columns: readonly FieldColumn[];
  readonly list: ListState;
  readonly page: PageOf<CollectionRow>;
  readonly filters: readonly FilterField[];
  /** Devices that reported the collection. */
  readonly reporting: number;
  readonly personalWithheld: boolean;
};

/** In work. */
export const Collection = ({ ctx }: CollectionProps) => <p>{ctx.site.name}</p>;
