import { rowAnchor } from '../anchors.ts';
import { AreaField, Button, ErrorSummary, PostForm } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, NamedLink, When } from '../model.ts';
import { paths } from '../paths.ts';

/** A token that waits since a return to an older database. */
type Token = {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
  /** Whom it acts for, or where it leads to. */
  readonly of?: NamedLink | undefined;
  readonly expiresAt: When | null;
};

/** Tokens that one person asked for at once. */
type Request = AskedByOne & {
  readonly reason: string;
  readonly tokens: readonly Token[];
};

export type HeldTokensProps = {
  /** Those that were not asked for; the first of them. */
  readonly tokens: readonly Token[];
  readonly moreTokens: number;
  readonly requests: readonly Request[];
  /** What was entered, where it was refused. */
  readonly entered?:
    | { readonly ids: readonly string[]; readonly reason: string; readonly errors: FieldErrors }
    | undefined;
};

const Name = ({ token }: { token: Token }) => (
  <To href={paths.object('token', token.id)} translate="no">
    {token.name}
  </To>
);

const Ask = ({ ctx, tokens, moreTokens, entered }: HeldTokensProps & { ctx: Ctx }) => {
  const labels = { token: ctx.t('rollback.tokens'), reason: ctx.t('rollback.tokensReason') };
  return (
    <PostForm action={paths.rollbackTokens()} class="stack" errors={entered?.errors}>
      <ErrorSummary labels={labels} />
      <DataTable<Token>
        caption={ctx.t('rollback.tokens')}
        rows={tokens}
        records="labelled"
        anchor={({ id }) => id}
        columns={[
          column('name', ctx.t('rollback.token'), { any: true, head: true }, (token) => (
            <span class="choice">
              <input
                type="checkbox"
                name="token"
                value={token.id}
                checked={entered?.ids.includes(token.id) ?? false}
                aria-label={token.name}
              />
              <Name token={token} />
            </span>
          )),
          column('purpose', ctx.t('kind.token.field.purpose'), { any: true }, (token) => (
            <>
              {ctx.tDynamic(`kind.token.option.purpose.${token.purpose}`, {}, token.purpose)}
              {token.of === undefined ? null : (
                <div class="small second">
                  <To href={token.of.href} translate="no">
                    {token.of.name}
                  </To>
                </div>
              )}
            </>
          )),
          column('ends', ctx.t('rollback.tokenEnds'), { fit: true }, ({ expiresAt }) =>
            expiresAt === null ? <Unknown /> : <Time at={expiresAt} />,
          ),
        ]}
      />
      <div class="body form">
        {moreTokens === 0 ? null : (
          <p>
            {ctx.rich('rollback.moreTokens', {
              n: ctx.fmt.number(moreTokens),
              command: <code translate="no">sallyport rollback tokens</code>,
            })}
          </p>
        )}
        <AreaField
          name="reason"
          id="f-tokens-reason"
          label={labels.reason}
          hint={ctx.t('rollback.reasonHint')}
          value={entered?.reason}
          rows={2}
          maxLength={500}
          required
        />
        <div>
          <Button kind="primary" needs="accounts:write">
            {ctx.t('rollback.tokensAsk')}
          </Button>
        </div>
      </div>
    </PostForm>
  );
};

/** Tokens that wait until an administrator lets each live again, and what waits for the second one. */
export const HeldTokens = (props: HeldTokensProps & { ctx: Ctx }) => {
  const { ctx, tokens, moreTokens, requests } = props;
  const n = tokens.length + moreTokens;
  if (n + requests.length === 0) return null;
  return (
    <>
      {requests.map((request) => (
        <SecondPerson
          title={ctx.t('rollback.tokensWait', { n: request.tokens.length })}
          asked={request}
          action={paths.rollbackTokensDecide()}
          fields={{ ids: request.tokens.map(({ id }) => id).join(' ') }}
          area="accounts"
        >
          <p>{request.reason}</p>
          <ul>
            {request.tokens.map((token) => (
              <li id={rowAnchor(token.id)}>
                <Name token={token} />, {ctx.tDynamic(`kind.token.option.purpose.${token.purpose}`, {}, token.purpose)}
              </li>
            ))}
          </ul>
          <p class="small second">{ctx.t('rollback.tokensOnly')}</p>
        </SecondPerson>
      ))}
      {n === 0 ? null : (
        <Panel title={ctx.t('rollback.tokens')} context={ctx.fmt.number(n)}>
          <div class="body">
            <p>{ctx.t('rollback.tokensWhy')}</p>
          </div>
          <Ask {...props} />
        </Panel>
      )}
    </>
  );
};
