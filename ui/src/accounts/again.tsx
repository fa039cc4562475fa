import { Button, Cancel, ErrorSummary, PostForm, TextField } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';

/** POST fields: csrf, password, code, back, kept. */
type AgainProps = {
  readonly ctx: Ctx;
  /** The account has two steps. */
  readonly asksCode: boolean;
  readonly back: string;
  /** The form that was interrupted, as the server wrote it; `lost` when it held what is not kept. */
  readonly kept?: string | undefined;
  readonly lost?: boolean;
  readonly errors?: FieldErrors;
};

/** Before what is grave: the person of the session gives password and code once more. */
export const Again = ({ ctx, asksCode, back, kept, lost = false, errors }: AgainProps) => (
  <Page ctx={ctx} title={ctx.t('again.title')}>
    <ErrorSummary errors={errors} labels={{ password: ctx.t('login.password'), code: ctx.t('login.code') }} />
    <Panel body>
      <p>{ctx.t('again.why')}</p>
      {lost ? <Notice level="warning" title={ctx.t('again.lost')} /> : null}
      <PostForm action={paths.meAgain()} class="form" errors={errors}>
        <input type="hidden" name="back" value={back} />
        {kept === undefined ? null : <input type="hidden" name="kept" value={kept} />}
        <TextField
          name="password"
          type="password"
          label={ctx.t('login.password')}
          autocomplete="current-password"
          required
          autofocus
        />
        {asksCode ? (
          <TextField name="code" label={ctx.t('login.code')} autocomplete="one-time-code" maxLength={40} required />
        ) : null}
        <div class="row">
          <Button kind="primary" busy={ctx.t('login.checking')}>
            {ctx.t('again.submit')}
          </Button>
          <Cancel href={back} />
        </div>
      </PostForm>
    </Panel>
  </Page>
);
