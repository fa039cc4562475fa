import { Button, Fault, PostForm, TextField } from '../components/form.tsx';
import { Notice } from '../components/panel.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Bare } from '../frame/bare.tsx';
import type { Message } from '../model.ts';
import { paths } from '../paths.ts';

type LoginProps = {
  readonly ctx: Ctx;
  /** Of this appliance's certificate: SHA-256 hex, compared with the card at the cabinet. */
  readonly fingerprint: string;
  /** One message for a wrong name, password or code; kept form values. */
  readonly error?: { readonly message: Message; readonly attemptsLeft?: number };
  readonly name?: string;
  /** Path to return to. */
  readonly back?: string;
  /** A session ended while a form was filled in: what was entered, as the server wrote it, or that it is lost. */
  readonly ended?: { readonly kept?: string | undefined };
};

/** What to compare before a password is typed, and the clock of the appliance. */
export const FingerprintFoot = ({ ctx, fingerprint }: { ctx: Ctx; fingerprint: string }) => (
  <>
    <p>{ctx.t('login.fingerprint')}</p>
    <p>
      <Hash value={fingerprint} />
    </p>
    <p class="dim">
      {ctx.t('login.recorded')} <Time at={ctx.nowMs} />, {ctx.fmt.offset(ctx.nowMs)}
    </p>
  </>
);

/** Log-in: language first, one message for whatever was wrong. */
export const Login = ({ ctx, fingerprint, error, name, back, ended }: LoginProps) => (
  <Bare ctx={ctx} title={ctx.t('login.title')} foot={<FingerprintFoot ctx={ctx} fingerprint={fingerprint} />}>
    <div>
      <h1>{ctx.t('login.title')}</h1>
      <p class="small second">
        {ctx.site.name === '' ? null : `${ctx.site.name}, `}
        <span translate="no">{ctx.site.id}</span>
      </p>
    </div>
    {error === undefined ? null : (
      <Notice level="critical" title={ctx.say(error.message)} alert>
        {error.attemptsLeft === undefined ? null : ctx.t('login.attemptsLeft', { n: error.attemptsLeft })}
      </Notice>
    )}
    {ended === undefined ? null : (
      <Notice level="warning" title={ctx.t('login.ended')} alert>
        {ctx.t(ended.kept === undefined ? 'login.endedLost' : 'login.endedKept')}
      </Notice>
    )}
    <PostForm action={paths.login()} class="form">
      {ended?.kept === undefined ? null : <input type="hidden" name="kept" value={ended.kept} />}
      {back === undefined ? null : <input type="hidden" name="back" value={back} />}
      <TextField
        name="name"
        label={ctx.t('login.name')}
        value={name}
        autocomplete="username"
        spellcheck={false}
        required
        autofocus={error === undefined}
      />
      <div class="field">
        <label for="f-password">{ctx.t('login.password')}</label>
        <input
          class="input"
          id="f-password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-invalid={error === undefined ? undefined : 'true'}
          aria-describedby={error === undefined ? undefined : 'f-password-fault'}
        />
        {error === undefined ? null : <Fault id="f-password-fault">{ctx.t('login.again')}</Fault>}
      </div>
      <TextField
        name="code"
        label={ctx.t('login.code')}
        hint={ctx.t('login.codeHint')}
        placeholder={ctx.t('login.codePlaceholder')}
        autocomplete="one-time-code"
        maxLength={40}
      />
      <Button kind="primary" block busy={ctx.t('login.checking')}>
        {ctx.t('login.submit')}
      </Button>
    </PostForm>
  </Bare>
);
