import type { Ctx } from '../context.ts';
import type { Level, Said } from '../model.ts';

export type SearchGroup = {
  /** Key `search.group.<name>`: devices, software, advisories, updates, pages, objects. */
  readonly name: string;
  readonly results: readonly {
    readonly title: string;
    readonly href: string;
    readonly level?: Level | undefined;
    readonly context?: string | undefined;
    readonly said?: Said | undefined;
  }[];
  readonly total: number;
  /** The list of all of them. */
  readonly href: string;
};

export type SearchProps = { readonly ctx: Ctx; readonly q: string; readonly groups: readonly SearchGroup[] };

/** In work. */
export const Search = ({ ctx }: SearchProps) => <p>{ctx.site.name}</p>;
