import type { Ctx } from '../context.ts';
import type { Said } from '../model.ts';

export type LoginProps = {
  readonly ctx: Ctx;
  /** Of this appliance's certificate: SHA-256 hex, compared with the card at the cabinet. */
  readonly fingerprint: string;
  /** One message for a wrong name, password or code; kept form values. */
  readonly error?: { readonly said: Said; readonly attemptsLeft?: number };
  readonly name?: string;
  /** Path to return to. */
  readonly back?: string;
};

/** In work. */
export const Login = ({ ctx }: LoginProps) => <p>{ctx.site.name}</p>;
