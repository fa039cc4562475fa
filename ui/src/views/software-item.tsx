import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { FieldColumn, PageOf, Reference, Value, When } from '../model.ts';
import type { FindingRow } from './vulnerabilities.tsx';

/** One item of a shared collection: what it is, which devices have it, what is known about it. */
export type SoftwareItemProps = {
  readonly ctx: Ctx;
  readonly collection: string;
  readonly id: number;
  readonly title: string;
  readonly fields: readonly { readonly column: FieldColumn; readonly value: Value }[];
  /** Fields of the link between device and item. */
  readonly linkColumns: readonly FieldColumn[];
  readonly list: ListState;
  readonly devices: PageOf<{
    readonly device: Reference;
    readonly os?: string | undefined;
    readonly values: Readonly<Record<string, Value>>;
    readonly at?: When | undefined;
  }>;
  readonly findings: readonly FindingRow[];
  /** Other versions of the same package on this site. */
  readonly versions: readonly { readonly id: number; readonly version: string; readonly devices: number }[];
};

/** In work. */
export const SoftwareItem = ({ ctx }: SoftwareItemProps) => <p>{ctx.site.name}</p>;
