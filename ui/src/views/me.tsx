import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';

/** The reader's own page: preferences, password, two-step verification, sessions. */
export type MeProps = {
  readonly ctx: Ctx;
  readonly account: { readonly name: string; readonly fullName?: string; readonly roles: readonly string[] };
  readonly minLength: number;
  readonly twoStep: {
    readonly enabled: boolean;
    /** While it is being set up: what the authenticator needs. */
    readonly setup?: { readonly secret: string; readonly uri: string };
    readonly codesLeft?: number;
    /** Shown once after enabling. */
    readonly newCodes?: readonly string[];
  };
  readonly sessions: readonly {
    readonly startedAt: When;
    readonly lastAt: When;
    readonly from: string;
    readonly current: boolean;
  }[];
  readonly errors?: FieldErrors;
};

/** In work. */
export const Me = ({ ctx }: MeProps) => <p>{ctx.site.name}</p>;
