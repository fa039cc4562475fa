import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { EventSeverity, FilterField, PageOf, Reference, Said, When } from '../model.ts';

export type EventRow = {
  readonly id: number;
  readonly at: When;
  readonly severity: EventSeverity;
  readonly type: string;
  /** Key `event.<type>` and its parameters. */
  readonly said: Said;
  readonly device?: Reference | undefined;
  readonly actor?: string | undefined;
  readonly from?: string | undefined;
  readonly auditSeq?: number | undefined;
};

export type EventsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<EventRow>;
  readonly filters: readonly FilterField[];
  readonly chain: { readonly ok: boolean; readonly length: number; readonly brokenAt?: number | undefined };
};

/** In work. */
export const Events = ({ ctx }: EventsProps) => <p>{ctx.site.name}</p>;
