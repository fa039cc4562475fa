import { rightName } from '../accounts/rights-table.tsx';
import { LinkButton } from '../components/form.tsx';
import { Notice } from '../components/panel.tsx';
import { RefusalWords } from '../components/refusal.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { isRefusalCode } from '../refusals.ts';
import { Bare } from './bare.tsx';
import { Page } from './page.tsx';

/** A failed call. With a person in `ctx` it has the shell, else it stands alone. */
type ErrorViewProps = {
  readonly ctx: Ctx;
  readonly status: number;
  /** Code of the table of errors: words `error.<CODE>`, `.why`, `.next`. */
  readonly code: string;
  /** The service's message, in English: a detail, which what is not found does not need. */
  readonly detail?: string | undefined;
  /** FORBIDDEN: the right that it takes. */
  readonly right?: string | undefined;
  readonly requestId?: string | undefined;
  readonly back?: string | undefined;
};

const ErrorBody = ({ ctx, status, code, detail, right, requestId, back }: ErrorViewProps) => {
  const why = ctx.tDynamic(`error.${code}.why`, {}, '');
  const next = ctx.tDynamic(`error.${code}.next`, {}, '');
  return (
    <>
      <Notice level="critical" title={ctx.tDynamic(`error.${code}`, {}, ctx.t('errors.title'))} alert>
        {isRefusalCode(code) ? null : `${why} ${next}`}
      </Notice>
      {isRefusalCode(code) ? <RefusalWords code={code} /> : null}
      {right === undefined ? null : (
        <p>
          {ctx.rich('errors.right', {
            right: <strong>{rightName(ctx, right)}</strong>,
            code: <code translate="no">{right}</code>,
          })}
        </p>
      )}
      {detail === undefined || detail === '' || code === 'NOT_FOUND' ? null : (
        <p class="second" lang="en" translate="no">
          {detail}
        </p>
      )}
      <p class="small dim" translate="no">
        {code}, HTTP {status}
        {requestId === undefined ? null : `, ${requestId}`}
      </p>
      <div class="row">
        <LinkButton href={back ?? paths.work()}>
          {ctx.t(back === undefined ? 'errors.toOverview' : 'errors.back')}
        </LinkButton>
        {status === 401 ? (
          <LinkButton kind="primary" href={paths.login()}>
            {ctx.t('login.submit')}
          </LinkButton>
        ) : null}
      </div>
    </>
  );
};

/** What, why, what next. */
export const ErrorView = (props: ErrorViewProps) => {
  const { ctx } = props;
  const title = ctx.t('errors.title');
  return ctx.person === null ? (
    <Bare ctx={ctx} title={title} wide>
      <h1>{title}</h1>
      <ErrorBody {...props} />
    </Bare>
  ) : (
    <Page ctx={ctx} title={title}>
      <ErrorBody {...props} />
    </Page>
  );
};
