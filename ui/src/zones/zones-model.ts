import type { Message, Reference, When } from '../model.ts';

// What the pages of zones and conduits are given.

export type ZoneControllerView = {
  readonly id: string;
  readonly name: string;
  /** `info`: nothing is known against it, but it is not judged, or only in part. */
  readonly level: 'critical' | 'warning' | 'info' | 'ok';
  readonly reasons: readonly {
    readonly level: 'critical' | 'warning' | 'info';
    readonly message: Message;
    readonly since?: When;
  }[];
  /** Or judged only in part. */
  readonly unjudged: boolean;
};

export type ZoneView = {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly health: 'critical' | 'warning' | 'ok';
  /** Security levels in words. */
  readonly note: string;
  readonly belowTarget?: { readonly slT: number; readonly slA: number } | undefined;
  readonly parent?: Reference | undefined;
  readonly criticality: string | null;
  readonly safety: boolean;
  readonly prefixes: readonly string[];
  readonly queryPolicy: string;
  readonly owner: string | null;
  readonly description: string | null;
  readonly controllers: readonly ZoneControllerView[];
};

export type ConduitView = {
  readonly id: string;
  readonly name: string;
  readonly from: Reference;
  readonly to: Reference;
  readonly direction: string;
  readonly means: string;
  readonly rules: readonly string[];
  /** The protocols and how many rules, as they stand on the line. */
  readonly short: string;
  readonly slT: number | null;
  readonly owner: string | null;
};

export type ZoneDoubtView = { readonly message: Message; readonly href: string };
