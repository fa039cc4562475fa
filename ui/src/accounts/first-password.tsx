import { Button, ErrorSummary, PostForm, TextField } from '../components/form.tsx';
import type { Ctx } from '../context.ts';
import { Bare } from '../frame/bare.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { FingerprintFoot } from './login.tsx';
import { NewPassword } from './new-password.tsx';

/** POST fields: csrf, password, repeat, code. */
type FirstPasswordProps = {
  readonly ctx: Ctx;
  readonly token: string;
  readonly account: string;
  readonly minLength: number;
  /** The account has two steps: the link takes the place of the password alone. */
  readonly asksCode: boolean;
  readonly fingerprint: string;
  readonly errors?: FieldErrors;
};

/** The one-time link of a new account: it sets the first password and is used up by that. */
export const FirstPassword = ({
  ctx,
  token,
  account,
  minLength,
  asksCode,
  fingerprint,
  errors,
}: FirstPasswordProps) => (
  <Bare ctx={ctx} title={ctx.t('login.firstTitle')} foot={<FingerprintFoot ctx={ctx} fingerprint={fingerprint} />}>
    <div>
      <h1>{ctx.t('login.firstTitle')}</h1>
      <p class="small second">{ctx.t('login.firstWhy')}</p>
    </div>
    <ErrorSummary
      errors={errors}
      labels={{
        password: ctx.t('login.newPassword'),
        repeat: ctx.t('login.repeat'),
        code: ctx.t('login.code'),
      }}
    />
    <PostForm action={paths.first(token)} class="form" errors={errors}>
      <div class="field">
        <span class="label">{ctx.t('login.name')}</span>
        <span translate="no">{account}</span>
      </div>
      <input type="hidden" name="username" value={account} autocomplete="username" />
      <NewPassword ctx={ctx} minLength={minLength} />
      {asksCode ? (
        <TextField
          name="code"
          label={ctx.t('login.code')}
          hint={ctx.t('login.firstCode')}
          autocomplete="one-time-code"
          maxLength={40}
          required
        />
      ) : null}
      <Button kind="primary" block>
        {ctx.t('login.setPassword')}
      </Button>
    </PostForm>
  </Bare>
);
