import type { Ctx } from '../context.ts';
import type { FieldErrors, Value, When } from '../model.ts';
import type { KindField } from './objects.tsx';

/**
 * POST fields: csrf, revision, comment, `f.<name>` per field; lists are lines of a text field or repeated check boxes;
 * a secret that stays empty keeps its value; a check box that is off sends nothing.
 */
export type ObjectFormProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly fields: readonly KindField[];
  readonly values: Readonly<Record<string, Value>>;
  /** Absent: a new object. */
  readonly object?:
    | {
        readonly id: string;
        readonly revision: number;
        readonly title: string;
        readonly updatedAt: When;
        readonly updatedBy: string;
      }
    | undefined;
  readonly errors?: FieldErrors;
  /** Built in: can be read, not changed. */
  readonly readOnly?: boolean | undefined;
  /** Shown once: the secret of a new token, a one-time link. */
  readonly secret?: { readonly label: string; readonly value: string } | undefined;
};

/** In work. */
export const ObjectForm = ({ ctx }: ObjectFormProps) => <p>{ctx.site.name}</p>;
