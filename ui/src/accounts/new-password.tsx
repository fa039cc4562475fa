import { TextField } from '../components/form.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';

/** A new password, twice. POST fields: password, repeat. */
export const NewPassword = ({
  ctx,
  minLength,
  errors,
}: {
  ctx: Ctx;
  minLength: number;
  errors: FieldErrors | undefined;
}) => (
  <>
    <TextField
      name="password"
      type="password"
      label={ctx.t('login.newPassword')}
      hint={ctx.t('login.passwordHint', { n: minLength })}
      autocomplete="new-password"
      errors={errors}
      required
    />
    <TextField
      name="repeat"
      type="password"
      label={ctx.t('login.repeat')}
      autocomplete="new-password"
      errors={errors}
      required
    />
  </>
);
