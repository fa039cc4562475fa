import type { Value, When } from '../model.ts';

/** What changed on a device: a line of the timeline. */
export type ChangeRow = {
  readonly id: number;
  readonly at: When;
  readonly collection: string;
  readonly operation: 'first' | 'added' | 'removed' | 'changed';
  /** Null: the title is personal and withheld. */
  readonly title: string | null;
  /** `first`: how many items the first report held. */
  readonly count?: number | undefined;
  readonly fields: readonly { readonly name: string; readonly before: Value; readonly after: Value }[];
  readonly door: string;
};
