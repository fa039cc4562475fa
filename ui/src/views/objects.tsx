import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FilterField, PageOf, Value, When } from '../model.ts';

export type KindFieldType =
  | 'text'
  | 'multiline'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'choice'
  | 'reference'
  | 'list'
  | 'secret'
  | 'json';

/** A field of a kind as declared; labels are `kind.<kind>.field.<name>`, options `kind.<kind>.option.<field>.<value>`. */
export type KindField = {
  readonly name: string;
  readonly type: KindFieldType;
  readonly required?: boolean | undefined;
  readonly personal?: boolean | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly options?: readonly string[] | undefined;
  /** `reference` and `list`: what can be chosen, by name. */
  readonly choices?: readonly { readonly id: string; readonly name: string }[] | undefined;
};

/** Objects of one kind, generated from its declaration. */
export type ObjectsProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly fields: readonly KindField[];
  readonly titleField: string;
  readonly list: ListState;
  readonly page: PageOf<{
    readonly id: string;
    readonly revision: number;
    readonly updatedAt: When;
    readonly title: string;
    readonly values: Readonly<Record<string, Value>>;
  }>;
  readonly filters: readonly FilterField[];
  readonly deleted: number;
};

/** In work. */
export const Objects = ({ ctx }: ObjectsProps) => <p>{ctx.site.name}</p>;
