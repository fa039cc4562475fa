import { Button, ErrorSummary, Hidden, LinkButton, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { sourceName } from '../controller-source.ts';
import { Page } from '../frame/page.tsx';
import type { ApprovalHindrance, FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import type { JobRow, LeftOutView, PlannedPacketView, PlanTargetView, RunView } from './identification-model.ts';
import { JobMark, placeText } from './identification-parts.tsx';
import { RunRegion } from './identification-run.tsx';

const fieldText = (ctx: Ctx, field: string): string =>
  ctx.tDynamic(
    `collection.controller.field.${field}`,
    {},
    ctx.tDynamic(`kind.controller-identification.field.${field}`, {}, field),
  );

const Packets = ({ ctx, target }: { ctx: Ctx; target: PlanTargetView }) => (
  <>
    {target.override === undefined ? null : (
      <p>{ctx.t('identification.override', { who: target.override.by, reason: target.override.reason })}</p>
    )}
    <DataTable<(typeof target.packets)[number]>
      caption={ctx.t('identification.packetsOf', { name: target.label })}
      plain
      records="labelled"
      rows={target.packets}
      columns={[
        column('to', ctx.t('identification.to'), { fit: true }, (row) => <span translate="no">{row.to}</span>),
        column('meaning', ctx.t('identification.meaning'), { any: true }, (row: PlannedPacketView) => (
          <>
            {ctx.say(row.meaning)}
            {row.open.length === 0 ? null : (
              <div class="small second">
                {ctx.t('identification.openParts', {
                  parts: row.open.map((part) => ctx.tDynamic(`identification.open.${part}`, {}, part)).join(', '),
                })}
              </div>
            )}
          </>
        )),
        { key: 'when', label: ctx.t('common.when'), cell: (row) => ctx.t(`identification.when.${row.when}`) },
        column('bytes', ctx.t('identification.bytes'), { any: true }, (row) => (
          <code class="hash" translate="no">
            {row.hex.replace(/(.{4})(?=.)/g, '$1 ')}
          </code>
        )),
      ]}
    />
  </>
);

/** Every packet that would leave, per controller. */
const PlanTable = ({ ctx, targets }: { ctx: Ctx; targets: readonly PlanTargetView[] }) => (
  <DataTable<(typeof targets)[number]>
    caption={ctx.t('common.whatWouldBeSent')}
    records="labelled"
    rows={targets}
    columns={[
      column('label', ctx.t('identification.target'), { any: true }, (row) => (
        <To class="name" href={paths.identificationPolicy(row.controller)} translate="no">
          {row.label}
        </To>
      )),
      column('host', ctx.t('identification.address'), { any: true }, (row) => <span translate="no">{row.host}</span>),
      column('zone', ctx.t('identification.zone'), { any: true }, (row) => <span translate="no">{row.zoneName}</span>),
      column('known', ctx.t('identification.known'), { any: true }, (row) =>
        row.known.length === 0
          ? '–'
          : row.known.map(({ field, value, source }) => (
              <div>
                {fieldText(ctx, field)}: <span translate="no">{value}</span>{' '}
                <span class="small second" translate="no">
                  {sourceName(ctx, source)}
                </span>
              </div>
            )),
      ),
      column(
        'missing',
        ctx.t('identification.missing'),
        { any: true },
        (row) => row.missing.map((field) => fieldText(ctx, field)).join(', ') || '–',
      ),
      column('gap', ctx.t('identification.gap'), { num: true }, (row) =>
        ctx.t('common.milliseconds', { n: ctx.fmt.number(row.gapMs) }),
      ),
      column('packets', ctx.t('identification.packets'), { num: true }, (row) => ctx.fmt.number(row.packets.length)),
    ]}
    open={(row) => <Packets ctx={ctx} target={row} />}
  />
);

/** Controllers of the job that are not asked, and why. */
const LeftOutTable = ({ ctx, rows }: { ctx: Ctx; rows: readonly LeftOutView[] }) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t('identification.leftOut')}
    records="labelled"
    rows={rows}
    columns={[
      column('label', ctx.t('identification.target'), { any: true }, (row) => (
        <To href={paths.identificationPolicy(row.controller)} translate="no">
          {row.label}
        </To>
      )),
      column('why', ctx.t('common.why'), { any: true }, (row) => ctx.tDynamic(`identification.hindrance.${row.why}`)),
    ]}
  />
);

type IdentificationJobProps = {
  readonly ctx: Ctx;
  readonly job: JobRow;
  readonly digest: string;
  readonly packets: number;
  readonly seconds: number;
  readonly targets: readonly PlanTargetView[];
  readonly leftOut: readonly LeftOutView[];
  /** What is shown was approved, and is what would run. */
  readonly isApproved: boolean;
  /** Why this person may not approve. */
  readonly mayNotApprove: ApprovalHindrance | undefined;
  /** Why it cannot be started now. */
  readonly mayNotStart: 'unapproved' | 'used' | 'off' | 'window' | 'scheduled' | undefined;
  readonly run: RunView | undefined;
  readonly errors?: FieldErrors | undefined;
};

const Approval = ({ ctx, job, digest, targets, mayNotApprove, errors }: IdentificationJobProps) => (
  <Panel title={ctx.t('identification.approve')} body>
    <p>{ctx.t('identification.approveWhy')}</p>
    <PostForm action={paths.identificationJob(job.id)} class="form" errors={errors}>
      <Hidden
        fields={[
          ['action', 'approve'],
          ['digest', digest],
        ]}
      />
      <TextField
        name="typed"
        label={ctx.t('identification.approveNumber', { n: String(targets.length) })}
        inputmode="numeric"
        autocomplete="off"
        required
      />
      <div>
        <Button
          kind="primary"
          unavailable={
            withoutRight(ctx, 'controllers:approve') ??
            (mayNotApprove === undefined ? undefined : ctx.t(`error.${mayNotApprove}`))
          }
        >
          {ctx.t('identification.approve')}
        </Button>
      </div>
    </PostForm>
  </Panel>
);

const Actions = ({ ctx, job, mayNotStart, run }: IdentificationJobProps) => {
  const isMoving = job.state === 'running' || job.state === 'waiting';
  return (
    <>
      {isMoving ? (
        <PostForm action={paths.identificationJob(job.id)}>
          <Button kind="danger" name="action" value="stop" needs="controllers:write">
            {ctx.t('identification.stop')}
          </Button>
        </PostForm>
      ) : (
        <PostForm action={paths.identificationJob(job.id)}>
          <Button
            kind="primary"
            name="action"
            value="start"
            busy={ctx.t('common.starting')}
            unavailable={
              withoutRight(ctx, 'controllers:write') ??
              (mayNotStart === undefined ? undefined : ctx.t(`identification.whyNot.${mayNotStart}`))
            }
          >
            {ctx.t('identification.start')}
          </Button>
        </PostForm>
      )}
      <LinkButton href={paths.object('controller-identification', job.id)}>{ctx.t('identification.edit')}</LinkButton>
      <LinkButton href={paths.identificationNotice(job.id)}>{ctx.t('identification.notice')}</LinkButton>
      {run === undefined ? null : (
        <LinkButton href={paths.identificationCsv(job.id)} download>
          {ctx.t('identification.csv')}
        </LinkButton>
      )}
    </>
  );
};

/** One job: what would be sent, who approves it, the log of its run. */
export const IdentificationJob = (props: IdentificationJobProps) => {
  const { ctx, job, digest, packets, seconds, targets, leftOut, isApproved, run, errors } = props;
  const isMoving = job.state === 'running' || job.state === 'waiting';
  return (
    <Page
      ctx={ctx}
      title={job.name}
      untranslatedTitle
      mark={<JobMark ctx={ctx} state={job.state} />}
      crumbs={[{ label: ctx.t('identification.title'), href: paths.identification() }]}
      sub={ctx.t('identification.editWhy')}
      actions={<Actions {...props} />}
      noScriptRefreshSeconds={isMoving ? 5 : undefined}
    >
      <ErrorSummary errors={errors} labels={{ typed: ctx.t('field.controllers') }} />
      <Panel title={ctx.t(isApproved ? 'identification.planApproved' : 'common.whatWouldBeSent')}>
        <div class="body">
          <p>{ctx.t('identification.planWhy')}</p>
          <Facts
            rows={[
              [ctx.t('identification.window'), ctx.fmt.period(job.from, job.until)],
              ...(job.repeat === undefined
                ? []
                : ([
                    [
                      ctx.t('identification.repeat'),
                      <>
                        {ctx.t('identification.repeatOf', {
                          n: job.repeat.days,
                          until: ctx.fmt.date(job.repeat.until),
                        })}{' '}
                        {job.repeat.next === undefined
                          ? ctx.t('identification.repeatOver')
                          : ctx.t('identification.repeatNext', { at: ctx.fmt.dateTime(job.repeat.next) })}
                      </>,
                    ],
                  ] as const)),
              [ctx.t('identification.where'), placeText(ctx, job.place)],
              [ctx.t('field.controllers'), ctx.fmt.number(targets.length)],
              [ctx.t('identification.packets'), ctx.t('identification.atMost', { n: ctx.fmt.number(packets) })],
              [ctx.t('identification.takes'), ctx.t('identification.seconds', { n: ctx.fmt.number(seconds) })],
              [ctx.t('identification.digest'), <Hash value={digest} />],
              [
                ctx.t('common.approvedBy'),
                job.approved === undefined
                  ? '–'
                  : ctx.t('common.whoAt', { who: job.approved.by, at: ctx.fmt.dateTime(job.approved.at) }),
              ],
            ]}
          />
        </div>
        {targets.length === 0 ? (
          <Empty title={ctx.t('identification.logNone')} />
        ) : (
          <PlanTable ctx={ctx} targets={targets} />
        )}
      </Panel>
      {leftOut.length === 0 ? null : (
        <Panel title={ctx.t('identification.leftOut')}>
          <LeftOutTable ctx={ctx} rows={leftOut} />
        </Panel>
      )}
      {isApproved || isMoving || targets.length === 0 ? null : <Approval {...props} />}
      {run === undefined ? null : (
        <Panel title={ctx.t('identification.log')} body>
          <div
            id="log"
            class="stack"
            {...(isMoving
              ? {
                  'hx-sse:connect': paths.identificationStream(job.id),
                  'hx-sse:close': 'done',
                  'hx-swap': 'innerMorph',
                }
              : {})}
          >
            <RunRegion ctx={ctx} run={run} />
          </div>
        </Panel>
      )}
    </Page>
  );
};
