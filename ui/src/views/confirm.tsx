import type { Ctx, NavKey } from '../context.ts';
import type { FieldErrors, Reference, Said } from '../model.ts';

/** A question of its own page: what will happen, to how many, and the form that does it. */
export type ConfirmProps = {
  readonly ctx: Ctx;
  readonly section: NavKey;
  readonly question: Said;
  readonly consequences: readonly Said[];
  /** Named, as far as there are few. */
  readonly items: readonly (Reference & { readonly href?: string })[];
  readonly count: number;
  readonly action: string;
  /** Hidden fields besides csrf; values may repeat. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Verb and object. */
  readonly button: Said;
  readonly danger?: boolean;
  /** The number must be typed into field `confirm`: irreversible, or over 50 devices. */
  readonly typeNumber?: boolean;
  /** Field `comment`. */
  readonly comment?: boolean;
  /** Licence texts to accept: check boxes `licence` with the digest. */
  readonly licences?: readonly { readonly sha256: string; readonly name: string; readonly text: string }[];
  readonly cancel: string;
  readonly errors?: FieldErrors;
};

/** In work. */
export const Confirm = ({ ctx }: ConfirmProps) => <p>{ctx.site.name}</p>;
