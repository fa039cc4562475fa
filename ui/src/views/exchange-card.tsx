import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import type { ExchangeCounts } from './exchange.tsx';

/** Tab Site card: what introduces this site to the connected host. */
export type ExchangeCardProps = {
  readonly ctx: Ctx;
  readonly tabs: ExchangeCounts;
  readonly card: {
    readonly number: number;
    readonly createdAt: When;
    readonly fingerprint: string;
    readonly signKeys: readonly string[];
    readonly sealKey: string;
    readonly rootVersion: number;
  };
};

/** In work. */
export const ExchangeCard = ({ ctx }: ExchangeCardProps) => <p>{ctx.site.name}</p>;
