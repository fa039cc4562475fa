import { TextField } from '../components/form.tsx';
import type { Ctx } from '../context.ts';

/** A new password, twice. POST fields: password, repeat. */
export const NewPassword = ({ ctx, minLength }: { ctx: Ctx; minLength: number }) => (
  <>
    <TextField
      name="password"
      type="password"
      label={ctx.t('login.newPassword')}
      hint={ctx.t('login.passwordHint', { n: minLength })}
      autocomplete="new-password"
      required
    />
    <TextField name="repeat" type="password" label={ctx.t('login.repeat')} autocomplete="new-password" required />
  </>
);
