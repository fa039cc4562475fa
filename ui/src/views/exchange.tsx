import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import type { ReceiptRow } from './exchange-receipts.tsx';

/** Tab Send. */
export type ExchangeProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
  /** Without trust nothing can be sealed: the page says so and links to the tab. */
  readonly ready: 'yes' | 'no-trust';
  readonly number: number;
  readonly open: readonly { readonly number: number; readonly since: When }[];
  readonly groups: readonly {
    /** Key `exchange.group.<name>` and `.why`. */
    readonly name: string;
    readonly items: number;
    readonly examples: readonly string[];
    readonly bytes: number;
  }[];
  readonly totalBytes: number;
  /** Key `exchange.searched.<what>`. */
  readonly counterProof: readonly { readonly what: string; readonly values: number; readonly found: number }[];
  readonly leaks: readonly {
    readonly what: string;
    readonly value: string;
    readonly field: string;
    readonly text: string;
  }[];
  readonly sealedTo: { readonly keys: number; readonly fingerprint: string } | null;
  /** Folders that an administrator named as media. */
  readonly media: readonly { readonly name: string; readonly path: string; readonly freeBytes: number }[];
  readonly receipts: readonly ReceiptRow[];
  /** Sent since, still downloadable. */
  readonly written: readonly {
    readonly number: number;
    readonly at: When;
    readonly bytes: number;
    readonly sha256: string;
  }[];
};

export type ExchangeCounts = { readonly receipts: number };

/** In work. */
export const Exchange = ({ ctx }: ExchangeProps) => <p>{ctx.site.name}</p>;
