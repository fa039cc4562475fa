import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { Approval, Decision, FilterField, Installation, PageOf, Supply } from '../model.ts';

export type UpdateRow = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly source?: string | undefined;
  readonly arch?: string | undefined;
  readonly suites: readonly string[];
  readonly security: boolean;
  readonly approval: Approval;
  readonly supply: Supply;
  /** BUNDLES reason when unfulfilled: NO_SOURCE… */
  readonly supplyReason?: string | undefined;
  /** Devices that need it, and how far they are. */
  readonly devices: number;
  readonly installation: Readonly<Partial<Record<Installation, number>>>;
  readonly decision?: Decision | undefined;
  readonly findings: number;
  readonly sizeBytes: number;
  /** Has a licence text that nobody accepted yet. */
  readonly licence?: 'to-accept' | 'accepted' | undefined;
};

/** POST to updatesDecide: csrf, action approve|decline|clear|deploy, id…, all + list params. */
export type UpdatesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<UpdateRow>;
  readonly filters: readonly FilterField[];
  readonly counts: Readonly<Record<Supply, number>> & { readonly undecided: number; readonly deployable: number };
};

/** In work. */
export const Updates = ({ ctx }: UpdatesProps) => <p>{ctx.site.name}</p>;
