import type { Ctx } from '../context.ts';

/** A failed call. With a person in `ctx` it has the shell, else it stands alone. */
export type ErrorViewProps = {
  readonly ctx: Ctx;
  readonly status: number;
  /** Code of the table of errors: words `error.<CODE>`, `.why`, `.next`. */
  readonly code: string;
  /** What the service said, in English; shown as detail when the code's words need it. */
  readonly detail?: string | undefined;
  readonly requestId?: string | undefined;
  readonly back?: string | undefined;
};

/** In work. */
export const ErrorView = ({ ctx }: ErrorViewProps) => <p>{ctx.site.name}</p>;
