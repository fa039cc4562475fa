import { Button, LinkButton, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';
import { type QueryCounts, QueryMark, type QueryState } from './queries.tsx';

export type AnswerRow = {
  readonly id: string;
  readonly name: string;
  /** `offline`: not heard from for longer than its interval. */
  readonly state: 'waiting' | 'offline' | 'answered' | 'failed' | 'denylisted';
  readonly answeredAt?: When | undefined;
  readonly wallMs?: number | undefined;
  readonly rowCount?: number | undefined;
  readonly message?: string | undefined;
  /** As many as the page shows. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly hidden: number;
};

export type QueryProps = {
  readonly ctx: Ctx;
  readonly id: string;
  readonly sql: string;
  readonly state: QueryState;
  readonly createdAt: When;
  readonly createdBy: string;
  readonly deadlineAt: When;
  readonly counts: QueryCounts;
  readonly answers: readonly AnswerRow[];
  /** Address of the next devices. */
  readonly next?: string | undefined;
};

const levels = {
  waiting: 'running',
  offline: 'not-visible',
  answered: 'done',
  failed: 'critical',
  denylisted: 'warning',
} as const;

/** n of m answered, k offline, e failed. */
const countWords = (ctx: Ctx, { answered, expected, offline, failed, denylisted }: QueryCounts): string =>
  [
    ctx.t('queries.countAnswered', { n: answered, m: expected }),
    ctx.t('queries.countOffline', { n: offline }),
    ctx.t('queries.countFailed', { n: failed }),
    ...(denylisted === 0 ? [] : [ctx.t('queries.countDenylisted', { n: denylisted })]),
  ].join(', ');

const Rows = ({ ctx, row }: { ctx: Ctx; row: AnswerRow }) => {
  const columns = [...new Set(row.rows.flatMap((one) => Object.keys(one)))];
  return (
    <>
      {columns.length === 0 ? null : (
        <DataTable
          caption={ctx.t('queries.rowsOf', { device: row.name })}
          plain
          records="labelled"
          rows={row.rows}
          columns={columns.map((name) =>
            column(name, name, { any: true }, (one: Readonly<Record<string, string>>) => (
              <span translate="no">{one[name] ?? ''}</span>
            )),
          )}
        />
      )}
      {row.hidden === 0 ? null : <p class="second">{ctx.t('queries.hidden', { n: row.hidden })}</p>}
    </>
  );
};

/** The region that a stream of server-sent events replaces: its message is this element's content. */
export const QueryRegion = (props: Pick<QueryProps, 'ctx' | 'counts' | 'answers' | 'state'>) => {
  const { ctx, counts, answers, state } = props;
  return (
    <>
      <div class="row apart">
        <p role="status">
          <strong>{countWords(ctx, counts)}</strong>
        </p>
        <QueryMark ctx={ctx} state={state} />
      </div>
      <Progress
        label={ctx.t('queries.progress')}
        done={counts.answered + counts.failed + counts.denylisted}
        total={counts.expected}
      />
      {answers.length === 0 ? (
        <Empty title={ctx.t('queries.noAnswers')} />
      ) : (
        <DataTable<(typeof answers)[number]>
          caption={ctx.t('queries.answers')}
          rows={answers}
          records
          columns={[
            column('state', ctx.t('field.state'), { fit: true, rec: 'b' }, (row) => (
              <Status level={levels[row.state]}>{ctx.t(`queries.answer.${row.state}`)}</Status>
            )),
            column('device', ctx.t('field.device'), { any: true, rec: 'a' }, (row) => (
              <To class="name" href={paths.device(row.id)} translate="no">
                {row.name}
              </To>
            )),
            column('message', ctx.t('queries.message'), { any: true, rec: 'c' }, (row) =>
              row.state === 'denylisted' ? (
                ctx.t('queries.denylistedWhy')
              ) : row.message === undefined ? (
                '–'
              ) : (
                <code translate="no">{row.message}</code>
              ),
            ),
            column('rows', ctx.t('common.rows'), { num: true, rec: 'd' }, (row) =>
              row.rowCount === undefined ? '–' : ctx.fmt.number(row.rowCount),
            ),
            column('took', ctx.t('queries.took'), { num: true }, (row) =>
              row.wallMs === undefined ? '–' : ctx.t('common.milliseconds', { n: row.wallMs }),
            ),
            column('at', ctx.t('common.time'), (row) =>
              row.answeredAt === undefined ? '–' : <Time at={row.answeredAt} form="time" />,
            ),
          ]}
          open={(row) => (row.rows.length === 0 ? undefined : <Rows ctx={ctx} row={row} />)}
        />
      )}
    </>
  );
};

/** One live query with each device's answer. */
export const Query = (props: QueryProps) => {
  const { ctx, id, sql, state, next } = props;
  const isRunning = state === 'running';
  return (
    <Page
      ctx={ctx}
      title={ctx.t('queries.title')}
      crumbs={[{ label: ctx.t('nav.queries'), href: paths.queries() }]}
      noScriptRefreshSeconds={isRunning ? 5 : undefined}
      sub={ctx.t('queries.createdBy', {
        who: props.createdBy,
        at: ctx.fmt.dateTime(props.createdAt),
        until: ctx.fmt.dateTime(props.deadlineAt),
      })}
      actions={
        <>
          {isRunning ? (
            <PostForm action={paths.queryStop(id)}>
              <Button kind="danger" needs="queries:write">
                {ctx.t('common.stop')}
              </Button>
            </PostForm>
          ) : null}
          <LinkButton href={paths.queryCsv(id)} download>
            {ctx.t('queries.csv')}
          </LinkButton>
          <LinkButton href={paths.queryNew({ again: id })}>{ctx.t('queries.again')}</LinkButton>
        </>
      }
    >
      <pre class="sunk" translate="no">
        <code>{sql}</code>
      </pre>
      <Panel
        foot={
          next === undefined ? undefined : (
            <nav aria-label={ctx.t('queries.answers')}>
              <a href={next}>{ctx.t('common.nextDevices')}</a>
            </nav>
          )
        }
        body
      >
        <div
          id="answers"
          class="stack"
          {...(isRunning
            ? { 'hx-sse:connect': paths.queryStream(id), 'hx-sse:close': 'done', 'hx-swap': 'innerMorph' }
            : {})}
        >
          <QueryRegion {...props} />
        </div>
      </Panel>
    </Page>
  );
};
