import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import type { ExchangeCounts } from './exchange.tsx';

/** Tab Trust. POST multipart `file`, then `fingerprint` typed or confirmed with `upload` (id of the staged file). */
export type ExchangeTrustProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
  readonly trust: {
    readonly fingerprint: string;
    readonly importedAt: When;
    readonly roles: readonly {
      readonly role: 'root' | 'targets' | 'snapshot' | 'timestamp';
      readonly version: number;
      readonly expires?: When | undefined;
      readonly daysLeft?: number | undefined;
      readonly keys?: number | undefined;
      readonly threshold?: number | undefined;
    }[];
    readonly fulfilKeys: readonly string[];
  } | null;
  /** A trust file that was read and waits for the comparison. */
  readonly staged?:
    | {
        readonly upload: string;
        readonly fingerprint: string;
        readonly rootVersion: number;
        readonly keys: number;
        readonly threshold: number;
      }
    | undefined;
  readonly errors?: FieldErrors;
};

/** In work. */
export const ExchangeTrust = ({ ctx }: ExchangeTrustProps) => <p>{ctx.site.name}</p>;
