import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';

/** POST fields: csrf, password, repeat. */
export type FirstPasswordProps = {
  readonly ctx: Ctx;
  readonly token: string;
  readonly account: string;
  readonly minLength: number;
  readonly fingerprint: string;
  readonly errors?: FieldErrors;
};

/** In work. */
export const FirstPassword = ({ ctx }: FirstPasswordProps) => <p>{ctx.site.name}</p>;
