import { raw } from 'hono/html';
import { Button, ErrorSummary, LinkButton, PostForm, TextField } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { KeyList } from '../frame/shell.tsx';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { NewPassword } from './new-password.tsx';
import { type SessionRow, SessionTable } from './session-table.tsx';

/** The reader's own page: preferences, password, two-step verification, sessions. */
type MeProps = {
  readonly ctx: Ctx;
  readonly account: { readonly name: string; readonly fullName?: string; readonly roles: readonly string[] };
  readonly minLength: number;
  readonly twoStep: {
    readonly enabled: boolean;
    /** While it is being set up: what the authenticator needs. */
    readonly setup?: { readonly secret: string; readonly uri: string; readonly qrSvg: string };
    readonly codesLeft?: number;
    /** Shown once after enabling; `file`: the name under which they are saved. */
    readonly newCodes?: { readonly codes: readonly string[]; readonly file: string };
  };
  readonly sessions: readonly SessionRow[];
  readonly errors?: FieldErrors;
};

const Choice = ({
  ctx,
  label,
  name,
  current,
  options,
}: {
  ctx: Ctx;
  label: string;
  name: string;
  current: string;
  options: readonly (readonly [value: string, label: string])[];
}) => (
  <div class="row" role="group" aria-label={label}>
    <span class="second">{label}</span>
    <form method="post" action={paths.preferences()} class="seg">
      <input type="hidden" name="csrf" value={ctx.csrf} />
      <input type="hidden" name="back" value={ctx.url} />
      {options.map(([value, text]) => (
        <button type="submit" name={name} value={value} aria-pressed={value === current ? 'true' : 'false'}>
          {text}
        </button>
      ))}
    </form>
  </div>
);

/** Recovery codes, once: the answer that shows them is the only place that has them, so the file is part of it. */
const NewCodes = ({ ctx, codes, file }: { ctx: Ctx; codes: readonly string[]; file: string }) => (
  <Notice level="warning" title={ctx.t('me.newCodes')} alert>
    <pre id="codes" translate="no" tabindex={-1} autofocus>
      {codes.join('\n')}
    </pre>
    <div class="row">
      <button type="button" class="btn needs-js" data-copy="#codes" data-done={ctx.t('common.copied')}>
        {ctx.t('common.copy')}
      </button>
      <a
        class="btn"
        href={`data:text/plain;charset=utf-8,${encodeURIComponent([ctx.t('me.codesOf', { file }), '', ...codes].join('\r\n'))}`}
        download={file}
      >
        {ctx.t('common.download')}
      </a>
      <a class="btn needs-js" href={paths.me()} data-print="1">
        {ctx.t('common.print')}
      </a>
      <LinkButton kind="primary" href={`${paths.me()}#two-step`}>
        {ctx.t('me.codesWritten')}
      </LinkButton>
    </div>
  </Notice>
);

const TwoStep = ({
  ctx,
  twoStep,
  errors,
}: {
  ctx: Ctx;
  twoStep: MeProps['twoStep'];
  errors: FieldErrors | undefined;
}) => (
  <div class="body">
    <p class="second">{ctx.t(twoStep.enabled ? 'me.twoStepOn' : 'me.twoStepOff')}</p>
    {twoStep.newCodes === undefined ? null : <NewCodes ctx={ctx} {...twoStep.newCodes} />}
    {twoStep.setup === undefined ? null : (
      <div class="fingerprint">
        <figure role="img" aria-label={ctx.t('me.qr')}>
          {raw(twoStep.setup.qrSvg)}
        </figure>
        <p>{ctx.t('me.qrHint')}</p>
      </div>
    )}
    {twoStep.setup === undefined ? null : (
      <Facts
        rows={[
          [
            ctx.t('me.secret'),
            <span class="hash" translate="no">
              {twoStep.setup.secret}
            </span>,
          ],
          [
            ctx.t('me.uri'),
            <span class="hash" translate="no">
              {twoStep.setup.uri}
            </span>,
          ],
        ]}
      />
    )}
    {twoStep.codesLeft === undefined ? null : <p>{ctx.t('me.codesLeft', { n: twoStep.codesLeft })}</p>}
    <PostForm action={paths.meTwoStep()} class="form" errors={errors}>
      {twoStep.setup === undefined ? null : (
        <TextField
          name="code"
          label={ctx.t('login.code')}
          hint={ctx.t('me.codeHint')}
          autocomplete="one-time-code"
          inputmode="numeric"
        />
      )}
      <div class="row">
        {twoStep.enabled ? (
          <Button kind="danger" name="action" value="disable">
            {ctx.t('me.twoStepDisable')}
          </Button>
        ) : twoStep.setup === undefined ? (
          <Button name="action" value="begin">
            {ctx.t('me.twoStepBegin')}
          </Button>
        ) : (
          <Button kind="primary" name="action" value="confirm">
            {ctx.t('me.twoStepConfirm')}
          </Button>
        )}
      </div>
    </PostForm>
  </div>
);

/** Preferences, password, two-step verification and sessions of the reader. */
export const Me = ({ ctx, account, minLength, twoStep, sessions, errors }: MeProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('common.me')}
    sub={<span translate="no">{[account.name, account.fullName, ...account.roles].filter(Boolean).join(', ')}</span>}
  >
    <ErrorSummary errors={errors} />
    <div class="grid">
      <Panel title={ctx.t('me.preferences')} span={6} body>
        <Choice
          ctx={ctx}
          label={ctx.t('common.language')}
          name="lang"
          current={ctx.lang}
          options={[
            ['kk', 'Қазақша'],
            ['ru', 'Русский'],
            ['en', 'English'],
          ]}
        />
        <Choice
          ctx={ctx}
          label={ctx.t('common.theme')}
          name="theme"
          current={ctx.theme}
          options={[
            ['light', ctx.t('common.theme.light')],
            ['dark', ctx.t('common.theme.dark')],
            ['system', ctx.t('common.theme.system')],
          ]}
        />
        <Choice
          ctx={ctx}
          label={ctx.t('list.density')}
          name="density"
          current={ctx.density}
          options={[
            ['compact', ctx.t('list.density.compact')],
            ['comfortable', ctx.t('list.density.comfortable')],
          ]}
        />
        <Choice
          ctx={ctx}
          label={ctx.t('keys.single')}
          name="shortcuts"
          current={ctx.shortcuts ? 'on' : 'off'}
          options={[
            ['on', ctx.t('common.on')],
            ['off', ctx.t('common.off')],
          ]}
        />
        <KeyList ctx={ctx} />
      </Panel>
      <Panel title={ctx.t('common.password')} span={6} body>
        <PostForm action={paths.mePassword()} class="form" errors={errors}>
          <TextField
            name="current"
            type="password"
            label={ctx.t('me.currentPassword')}
            autocomplete="current-password"
            required
          />
          <NewPassword ctx={ctx} minLength={minLength} />
          <div>
            <Button kind="primary">{ctx.t('me.changePassword')}</Button>
          </div>
        </PostForm>
      </Panel>
      <Panel title={ctx.t('me.twoStep')} span={6} id="two-step">
        <TwoStep ctx={ctx} twoStep={twoStep} errors={errors} />
      </Panel>
      <Panel title={ctx.t('me.sessions')}>
        <SessionTable ctx={ctx} caption={ctx.t('me.sessions')} rows={sessions} action={paths.meSessions()} />
        {sessions.length < 2 ? null : (
          <div class="body">
            <PostForm action={paths.meSessions()}>
              <Button>{ctx.t('me.sessionsEndOthers')}</Button>
            </PostForm>
          </div>
        )}
      </Panel>
    </div>
  </Page>
);
