import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { Decision, FilterField, FixState, PageOf, Reference, Severity, When, WorkState } from '../model.ts';

export type FindingRow = {
  readonly id: string;
  readonly advisory: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity: Severity;
  readonly cvss?: string | undefined;
  readonly decision: Decision;
  readonly verdict: 'affected' | 'review';
  readonly fixState: FixState;
  readonly state: WorkState;
  readonly package: string;
  readonly version: string;
  readonly ecosystem: string;
  readonly fixed?: string | undefined;
  readonly feed: string;
  readonly devices: number;
  readonly since: When;
  /** The update that fixes it, and whether its files are here. */
  readonly update?:
    | { readonly id: string; readonly supply: 'needed' | 'requested' | 'unfulfilled' | 'arrived' | 'superseded' }
    | undefined;
};

export type VulnerabilitiesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<FindingRow>;
  readonly filters: readonly FilterField[];
  readonly counts: {
    readonly open: number;
    readonly devices: number;
    readonly review: number;
    readonly notComparable: number;
    /** Decision × state of the fix. */
    readonly matrix: Readonly<Record<Decision, Readonly<Record<FixState, number>>>>;
  };
  /** The row that `open` of the list names. */
  readonly open?: { readonly why: FindingWhy; readonly devices: readonly Reference[] } | undefined;
  /** Null: no advisories have been imported yet. */
  readonly knowledge: {
    readonly ageDays: number;
    readonly stale: readonly { readonly feed: string; readonly ageDays: number; readonly limitDays: number }[];
  } | null;
};

/** Why an advisory matches: shown in the open row and on the finding's page. */
export type FindingWhy = {
  /** The range that covers the version: versions as the record writes them. */
  readonly ranges: readonly {
    readonly introduced?: string;
    readonly fixed?: string;
    readonly lastAffected?: string;
    readonly covers: boolean;
  }[];
  readonly exact: boolean;
  readonly source: { readonly name: string; readonly newest?: When; readonly importedAt?: When };
  readonly rule: string;
  /** Inputs of the decision as name and value, those that push to Act marked. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly strong: boolean }[];
  readonly confidence: 'high' | 'low';
};

/** In work. */
export const Vulnerabilities = ({ ctx }: VulnerabilitiesProps) => <p>{ctx.site.name}</p>;
