import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';

export type ProvisionPillar = 'inventory' | 'object' | 'event' | 'sync' | 'store' | 'local' | 'derived';

export type ProvisionRow = {
  /** Row of the data map: D3. */
  readonly row: string;
  readonly pillar: ProvisionPillar;
  /** Catalogue key of the title; `purpose`, `source`, `protection` likewise. */
  readonly title: string;
  readonly source: string;
  readonly purpose: string;
  readonly rows: number;
  readonly bytes?: number | undefined;
  /** Link to the list with these rows. */
  readonly href?: string | undefined;
  /** Days, null = not deleted by itself; `while-device` = as long as the device is there. */
  readonly retention: { readonly days: number } | 'kept' | 'while-device' | 'by-type';
  readonly personal: 'yes' | 'no' | 'possible';
  readonly protection: readonly ('disk' | 'encrypted' | 'chain' | 'signed' | 'sealed' | 'hash')[];
  /** Which file and which fields (catalogue keys or names); null = nothing leaves. */
  readonly leaves: { readonly file: string; readonly fields: readonly string[] } | null;
  /** The fields, for the detail under the row. */
  readonly fields: readonly {
    readonly label: string;
    readonly personal: boolean;
    readonly encrypted: boolean;
    readonly leaves: boolean;
  }[];
};

export type ProvisionProps = {
  readonly ctx: Ctx;
  readonly at: When;
  readonly rows: readonly ProvisionRow[];
  readonly filter: 'all' | 'personal' | 'leaves';
  readonly q: string;
  /** Fields found outside the declarations at the last check. */
  readonly undeclared: number;
};

/** In work. */
export const Provision = ({ ctx }: ProvisionProps) => <p>{ctx.site.name}</p>;
