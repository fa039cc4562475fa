import type { When } from '../model.ts';

/** A round trip of the medium: a request that left and what came for it. */
export type ExchangeTrip = {
  readonly request: number;
  readonly leftAt: When;
  readonly came?:
    | { readonly seq: number | null; readonly at: When; readonly result: 'imported' | 'partial' | 'refused' }
    | undefined;
  /** Median travel time says when the answer is due. */
  readonly dueAt?: When | undefined;
};
