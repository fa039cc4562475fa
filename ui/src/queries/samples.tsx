import {
  Button,
  ErrorSummary,
  LinkButton,
  mayNotDecide,
  PostForm,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

type SampleState = 'asked' | 'approved' | 'declined' | 'sent' | 'receiving' | 'received' | 'failed';

export type SampleRow = {
  readonly id: string;
  readonly device: Reference;
  readonly path: string;
  readonly reason: string;
  readonly state: SampleState;
  readonly askedBy: string;
  readonly askedAt: When;
  readonly decidedBy?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly code?: string | undefined;
  /** The reader asked for it, so another person approves. */
  readonly isOwn: boolean;
};

/** POST fields: csrf, device, path, reason. */
type SamplesProps = {
  readonly ctx: Ctx;
  readonly rows: readonly SampleRow[];
  readonly values: { readonly device: string; readonly path: string; readonly reason: string };
  readonly errors?: FieldErrors | undefined;
};

const levels = {
  asked: 'warning',
  approved: 'waiting',
  declined: 'info',
  sent: 'running',
  receiving: 'running',
  received: 'done',
  failed: 'critical',
} as const;

const Decide = ({ ctx, row }: { ctx: Ctx; row: SampleRow }) => {
  if (row.state === 'received')
    return (
      <LinkButton small href={paths.sampleFile(row.id)} download needs="queries:write">
        {ctx.t('common.download')}
      </LinkButton>
    );
  if (row.state !== 'asked') return <>–</>;
  return (
    <PostForm action={paths.sampleDecide(row.id)} class="row">
      <Button
        small
        name="decision"
        value="approve"
        unavailable={row.isOwn ? ctx.t('samples.second') : withoutRight(ctx, 'queries:approve')}
      >
        {ctx.t('common.approve')}
      </Button>
      <Button small name="decision" value="decline" unavailable={mayNotDecide(ctx, 'queries')}>
        {ctx.t('common.decline')}
      </Button>
    </PostForm>
  );
};

/** Files for analysis: asked for by one person, approved by another. */
export const Samples = ({ ctx, rows, values, errors }: SamplesProps) => (
  <Page ctx={ctx} title={ctx.t('samples.title')} sub={ctx.t('samples.sub')}>
    <ErrorSummary
      errors={errors}
      labels={{ device: ctx.t('field.device'), path: ctx.t('samples.path'), reason: ctx.t('field.reason') }}
    />
    <Panel>
      {rows.length === 0 ? (
        <Empty title={ctx.t('samples.none')}>{ctx.t('samples.noneWhy')}</Empty>
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('samples.title')}
          rows={rows}
          records="labelled"
          lines
          columns={[
            column('state', ctx.t('field.state'), { fit: true }, (row) => (
              <Status level={levels[row.state]}>{ctx.t(`samples.state.${row.state}`)}</Status>
            )),
            column('device', ctx.t('field.device'), { any: true }, (row) => (
              <To class="name" href={paths.device(row.device.id)} translate="no">
                {row.device.name}
              </To>
            )),
            column('path', ctx.t('samples.path'), { any: true }, (row) => (
              <>
                <code translate="no">{row.path}</code>
                <br />
                <span class="second">{row.reason}</span>
                {row.sha256 === undefined ? null : (
                  <>
                    <br />
                    <Hash value={row.sha256} />
                  </>
                )}
              </>
            )),
            column('size', ctx.t('common.size'), { num: true }, (row) =>
              row.sizeBytes === undefined ? '–' : ctx.fmt.bytes(row.sizeBytes),
            ),
            column('by', ctx.t('common.by'), { any: true }, (row) => (
              <>
                <span translate="no">{row.askedBy}</span>, <Time at={row.askedAt} />
                {row.decidedBy === undefined ? null : (
                  <>
                    <br />
                    <span translate="no">{row.decidedBy}</span>
                  </>
                )}
              </>
            )),
            { key: 'decide', label: ctx.t('common.decision'), cell: (row) => <Decide ctx={ctx} row={row} /> },
          ]}
        />
      )}
    </Panel>
    <Panel title={ctx.t('samples.askTitle')} body>
      <p class="second">{ctx.t('samples.askWhy')}</p>
      <PostForm action={paths.samples()} class="form" errors={errors}>
        <TextField
          name="device"
          label={ctx.t('field.device')}
          hint={ctx.t('samples.deviceHint')}
          value={values.device}
          maxLength={64}
          spellcheck={false}
          required
        />
        <TextField
          name="path"
          label={ctx.t('samples.path')}
          hint={ctx.t('samples.pathHint')}
          value={values.path}
          maxLength={1_024}
          spellcheck={false}
          required
        />
        <TextField name="reason" label={ctx.t('field.reason')} value={values.reason} maxLength={500} required />
        <div class="row">
          <Button kind="primary" needs="queries:write">
            {ctx.t('samples.ask')}
          </Button>
        </div>
      </PostForm>
    </Panel>
  </Page>
);
