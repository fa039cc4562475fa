import { decisionColumn } from '../components/decision-column.tsx';
import { AreaField, Button, ErrorSummary, PostForm, withoutRight } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { DecisionMark, Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { Decision, FieldErrors, PageOf } from '../model.ts';
import { paths } from '../paths.ts';

type QuestionRow = {
  readonly id: string;
  readonly question: 'names' | 'version';
  readonly reason: string;
  readonly label: string;
  readonly firmware: string;
  readonly name: string;
  readonly means: string;
  readonly findings: number;
  readonly documents: number;
  readonly controllers: number;
  readonly decision: Decision;
  readonly isReopened: boolean;
};

const questionText = (ctx: Ctx, row: QuestionRow): string =>
  row.question === 'names' ? ctx.t('cfind.question.names', { means: row.means }) : ctx.t('cfind.question.version');

/** The inbox: each row is a question whose answer decides all that is behind it. */
export const ControllerReview = ({
  ctx,
  list,
  page,
  findings,
}: {
  ctx: Ctx;
  list: ListState;
  page: PageOf<QuestionRow>;
  findings: number;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('cfind.reviewTitle')}
    sub={ctx.t('cfind.reviewSub', { questions: page.total, findings })}
  >
    <ListPanel<(typeof page.rows)[number]>
      list={list}
      page={page}
      order={ctx.t('common.worstFirst')}
      nameOf={(row) => row.label}
      empty={<Empty title={ctx.t('cfind.reviewNone')}>{ctx.t('cfind.reviewNoneWhy')}</Empty>}
      table={{
        caption: ctx.t('cfind.reviewTitle'),
        columns: [
          { ...decisionColumn(ctx), sort: false },
          column('product', ctx.t('field.product'), { rec: 'a' }, (row) => (
            <>
              <To class="name" href={paths.controllerQuestion(row.id)} translate="no">
                {row.label} {row.firmware}
              </To>{' '}
              {row.isReopened ? <Tag>{ctx.t('cfind.askedAgain')}</Tag> : null}
            </>
          )),
          column('question', ctx.t('common.question'), { rec: 'c' }, (row) => (
            <>
              {questionText(ctx, row)}{' '}
              <span class="second">{ctx.tDynamic(`cfind.reason.${row.reason}`, {}, row.reason)}</span>
            </>
          )),
          column('findings', ctx.t('cfind.findings'), { num: true }, (row) => <Count n={row.findings} />),
          column('documents', ctx.t('common.advisories'), { num: true }, (row) => <Count n={row.documents} />),
          column('controllers', ctx.t('nav.controllers'), { num: true }, (row) => <Count n={row.controllers} />),
        ],
      }}
    />
  </Page>
);

export type QuestionDocument = {
  readonly key: string;
  readonly title: string;
  readonly revision: string;
  readonly paths: readonly string[];
  readonly texts: readonly string[];
  readonly vulnerabilities: readonly string[];
};

/** One question with what is behind it, and the form of its answer. */
export const ControllerQuestion = (props: {
  ctx: Ctx;
  row: QuestionRow;
  documents: readonly QuestionDocument[];
  chosen: readonly string[] | undefined;
  reason: string;
  errors?: FieldErrors | undefined;
}) => {
  const { ctx, row, documents, errors } = props;
  const unavailable = withoutRight(ctx, 'vulnerabilities:write');
  const isNames = row.question === 'names';
  return (
    <Page
      ctx={ctx}
      title={`${row.label} ${row.firmware}`.trim()}
      untranslatedTitle
      crumbs={[{ label: ctx.t('cfind.reviewTitle'), href: paths.controllerReview() }]}
      mark={<DecisionMark decision={row.decision} />}
      sub={questionText(ctx, row)}
    >
      <ErrorSummary errors={errors} labels={{ reason: ctx.t('field.reason') }} />
      <PostForm action={paths.controllerQuestion(row.id)} class="stack" errors={errors}>
        <Panel title={ctx.t('common.question')} body>
          <Facts
            rows={[
              [ctx.t('field.product'), <span translate="no">{row.label}</span>],
              ...(isNames
                ? ([[ctx.t('cfind.leaf'), <span translate="no">{row.means}</span>]] as const)
                : ([
                    [
                      ctx.t('field.firmware'),
                      row.firmware === '' ? ctx.t('cfind.noVersion') : <span translate="no">{row.firmware}</span>,
                    ],
                  ] as const)),
              [ctx.t('nav.controllers'), ctx.fmt.number(row.controllers)],
              [ctx.t('cfind.findings'), ctx.fmt.number(row.findings)],
            ]}
          />
          <p>{ctx.tDynamic(`cfind.reason.${row.reason}`, {}, row.reason)}</p>
          {row.isReopened ? <p>{ctx.t('cfind.reopened')}</p> : null}
        </Panel>
        <Panel title={ctx.t('cfind.answerAbout')} context={ctx.fmt.number(documents.length)}>
          <DataTable<(typeof documents)[number]>
            caption={ctx.t('cfind.answerAbout')}
            rows={documents}
            records="labelled"
            columns={[
              column('document', ctx.t('common.advisory'), { any: true, head: true }, (document) => (
                <>
                  {isNames ? (
                    <span translate="no">{document.key}</span>
                  ) : (
                    <label>
                      <input
                        type="checkbox"
                        name="about"
                        value={document.key}
                        checked={props.chosen?.includes(document.key) ?? true}
                      />{' '}
                      <span translate="no">{document.key}</span>
                    </label>
                  )}
                  <br />
                  <span class="second" lang="en">
                    {document.title}
                  </span>
                </>
              )),
              column('path', ctx.t('cfind.leaf'), { any: true }, (document) => (
                <span translate="no" lang="en">
                  {document.paths.join('; ')}
                </span>
              )),
              column('text', ctx.t('cfind.leafText'), { any: true }, (document) => (
                <span translate="no">{document.texts.join('; ') || '–'}</span>
              )),
              column('vulnerabilities', ctx.t('common.vulnerability'), { any: true }, (document) => (
                <span translate="no">{document.vulnerabilities.join(', ')}</span>
              )),
            ]}
          />
        </Panel>
        <Panel title={ctx.t('common.answer')} body>
          <p>{isNames ? ctx.t('cfind.answerNames') : ctx.t('cfind.answerWhat')}</p>
          <AreaField
            name="reason"
            label={ctx.t('field.reason')}
            hint={ctx.t('cfind.answerReasonHelp')}
            value={props.reason}
            rows={3}
            maxLength={2_000}
          />
          <div class="row">
            <Button name="answer" value={isNames ? 'same' : 'affected'} unavailable={unavailable}>
              {isNames ? ctx.t('cfind.answer.same') : ctx.t('cfind.answer.affected')}
            </Button>
            <Button name="answer" value={isNames ? 'other' : 'not-affected'} unavailable={unavailable}>
              {isNames ? ctx.t('cfind.answer.other') : ctx.t('cfind.answer.not')}
            </Button>
          </div>
        </Panel>
      </PostForm>
    </Page>
  );
};
