import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf, When } from '../model.ts';
import type { ExchangeCounts } from './exchange.tsx';

export type ReceiptRow = {
  readonly number: number;
  readonly at: When;
  /** Sequence number of the bundle. */
  readonly seq?: number | undefined;
  readonly request?: number | undefined;
  readonly result: 'imported' | 'partial' | 'refused';
  readonly code?: string | undefined;
  readonly new: number;
  readonly held: number;
  readonly bytes: number;
  readonly unfulfilled: number;
  readonly applied?: { readonly done: number; readonly failed: number; readonly waiting: number } | undefined;
  /** Request that carried it away. */
  readonly leftWith?: number | undefined;
};

export type ExchangeReceiptsProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
  readonly list: ListState;
  readonly page: PageOf<ReceiptRow>;
  readonly chain: { readonly ok: boolean; readonly checkedAt: When };
};

/** In work. */
export const ExchangeReceipts = ({ ctx }: ExchangeReceiptsProps) => <p>{ctx.site.name}</p>;
