import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import type { ReceiptRow } from './exchange-receipts.tsx';

export type ReceiptProps = {
  readonly ctx: Ctx;
  readonly receipt: ReceiptRow;
  readonly startedAt: When;
  readonly finishedAt: When;
  readonly bundleId?: string | undefined;
  readonly digest: string;
  readonly prev?: string | undefined;
  readonly detail: string;
  readonly warnings: readonly string[];
  readonly overrides: readonly { readonly code: string; readonly reason: string; readonly operator: number }[];
  readonly unfulfilled: readonly { readonly reason: string; readonly want: string }[];
  /** The signed statement, pretty-printed. */
  readonly text: string;
};

/** In work. */
export const Receipt = ({ ctx }: ReceiptProps) => <p>{ctx.site.name}</p>;
