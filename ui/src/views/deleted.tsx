import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';

export type DeletedProps = {
  readonly ctx: Ctx;
  readonly kinds: readonly string[];
  readonly kind?: string | undefined;
  readonly rows: readonly {
    readonly kind: string;
    readonly id: string;
    readonly title: string;
    readonly revision: number;
    readonly at: When;
    readonly who: string;
    readonly finalAt?: When | undefined;
  }[];
};

/** In work. */
export const Deleted = ({ ctx }: DeletedProps) => <p>{ctx.site.name}</p>;
