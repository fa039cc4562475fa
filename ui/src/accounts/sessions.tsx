import { Button, PostForm, withoutRight } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { type SessionRow, SessionTable } from './session-table.tsx';

type SessionsProps = {
  readonly ctx: Ctx;
  readonly rows: readonly SessionRow[];
  /** Only those of this account. */
  readonly account?: Reference | undefined;
};

/** Who is logged in, for administrators. POST fields: csrf, session or account. */
export const Sessions = ({ ctx, rows, account }: SessionsProps) => {
  const unavailable = withoutRight(ctx, 'accounts:write');
  const title = ctx.t('me.sessions');
  return (
    <Page
      ctx={ctx}
      title={account === undefined ? title : account.name}
      {...(account === undefined
        ? {}
        : { untranslatedTitle: true, crumbs: [{ label: title, href: paths.sessions() }] })}
    >
      <Panel title={title}>
        {rows.length === 0 ? (
          <Empty title={ctx.t('sessions.none')} />
        ) : (
          <SessionTable ctx={ctx} caption={title} rows={rows} action={paths.sessions()} unavailable={unavailable} />
        )}
        {account === undefined || rows.length === 0 ? null : (
          <div class="body">
            <PostForm action={paths.sessions()}>
              <input type="hidden" name="account" value={account.id} />
              <Button kind="danger" unavailable={unavailable}>
                {ctx.t('sessions.endAll')}
              </Button>
            </PostForm>
          </div>
        )}
      </Panel>
    </Page>
  );
};
