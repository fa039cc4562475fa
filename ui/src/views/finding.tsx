import type { Ctx } from '../context.ts';
import type { Reference, When } from '../model.ts';
import type { FindingRow, FindingWhy } from './vulnerabilities.tsx';

export type FindingProps = {
  readonly ctx: Ctx;
  readonly finding: FindingRow;
  readonly why: FindingWhy;
  readonly devices: readonly { readonly device: Reference; readonly firstSeen: When }[];
  /** True when the site has more devices with it than are listed. */
  readonly more: boolean;
  readonly references: readonly string[];
  /** The record as it was imported, pretty-printed. */
  readonly document: string;
};

/** In work. */
export const Finding = ({ ctx }: FindingProps) => <p>{ctx.site.name}</p>;
