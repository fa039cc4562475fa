import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import type { ExchangeCounts } from './exchange.tsx';

/** Tab Receive: upload (multipart field `file`) or pick (`path`) a bundle; both lead to the wizard. */
export type ExchangeReceiveProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
  readonly ready: 'yes' | 'no-trust';
  readonly candidates: readonly {
    readonly path: string;
    readonly name: string;
    readonly bytes: number;
    readonly at: When;
  }[];
  /** Imports that wait or run. */
  readonly imports: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: 'checked' | 'running' | 'imported' | 'refused' | 'partial';
    readonly at: When;
  }[];
  readonly knowledge: readonly {
    readonly feed: string;
    readonly newest?: When | undefined;
    readonly importedAt: When;
    readonly ageDays?: number | undefined;
    readonly limitDays: number;
  }[];
  readonly errors?: FieldErrors;
};

/** In work. */
export const ExchangeReceive = ({ ctx }: ExchangeReceiveProps) => <p>{ctx.site.name}</p>;
