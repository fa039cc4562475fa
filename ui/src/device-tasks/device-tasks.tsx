import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import {
  Button,
  ErrorSummary,
  mayNotDecide,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

export type DeviceTaskState =
  | 'asked'
  | 'held'
  | 'queued'
  | 'running'
  | 'completed'
  | 'failed'
  | 'timed-out'
  | 'cancelled';

export type DeviceTaskRow = {
  readonly id: string;
  readonly kind: 'show-log' | 'restore' | 'delete' | 'rescan' | 'move-server' | 'close-list' | 'unknown';
  /** Of a move. */
  readonly server?: string | undefined;
  /** Of lists that are closed: a key `source.<source>`. */
  readonly source?: string | undefined;
  /** Of a kept file. */
  readonly file?: { readonly name: string; readonly product: string } | undefined;
  readonly lines?: number | undefined;
  readonly reason: string;
  readonly state: DeviceTaskState;
  readonly code?: string | undefined;
  readonly output?: string | undefined;
  readonly askedBy: string;
  readonly askedAt: When;
  readonly confirmedBy?: string | undefined;
  readonly endedAt?: When | undefined;
  /** Another person than the reader confirms it. */
  readonly needsAnother: boolean;
  /** Confirming is the second person's. */
  readonly takesTwo: boolean;
};

/** The form that was sent. */
export type AskedForm = 'log' | 'file' | 'list';

export type KeptFileOption = { readonly value: string; readonly label: string };

/** POST fields: csrf, kind, lines, file, source, reason. */
type DeviceTasksProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly rows: readonly DeviceTaskRow[];
  /** Why nothing can be asked. */
  readonly unavailable?: string | undefined;
  readonly files: readonly KeptFileOption[];
  /** Sources of inventory that are gone, with what is known from each. */
  readonly gone: readonly { readonly source: string; readonly packages: number; readonly heardAt: When }[];
  readonly values: {
    readonly lines: string;
    readonly file: string;
    readonly act: string;
    readonly reason: string;
    readonly source: string;
  };
  readonly asked: AskedForm | undefined;
  readonly errors?: FieldErrors | undefined;
};

/** How each state of a task is marked. */
export const taskLevels = {
  asked: 'warning',
  held: 'waiting',
  queued: 'waiting',
  running: 'running',
  completed: 'done',
  failed: 'critical',
  'timed-out': 'critical',
  cancelled: 'info',
} as const;

const acts = ['rescan', 'delete', 'restore'] as const;

const Decide = ({ ctx, device, row }: { ctx: Ctx; device: string; row: DeviceTaskRow }) => {
  if (row.state !== 'asked' && row.state !== 'held' && row.state !== 'queued' && row.state !== 'running') return <>–</>;
  return (
    <PostForm action={paths.deviceTaskDecide(device, row.id)} class="row">
      {row.state === 'asked' && row.kind !== 'move-server' ? (
        <Button
          small
          name="decision"
          value="confirm"
          kind={row.kind === 'rescan' ? 'second' : 'danger'}
          unavailable={
            row.needsAnother
              ? ctx.t(row.kind === 'close-list' ? 'deviceTasks.anotherCloses' : 'deviceTasks.another')
              : withoutRight(ctx, row.takesTwo ? 'devices:approve' : 'devices:write')
          }
        >
          {ctx.tDynamic(`deviceTasks.confirm.${row.kind}`)}
        </Button>
      ) : null}
      <Button small name="decision" value="cancel" unavailable={mayNotDecide(ctx, 'devices')}>
        {ctx.t('deviceTasks.cancel')}
      </Button>
    </PostForm>
  );
};

const Output = ({ ctx, row }: { ctx: Ctx; row: DeviceTaskRow }) =>
  row.output === undefined || row.output === '' ? null : (
    <details open={row.kind === 'show-log'}>
      <summary>{ctx.t('deviceTasks.output')}</summary>
      <pre class="log" tabindex={0} translate="no">
        {row.output}
      </pre>
    </details>
  );

/** How each form ends: why it is asked for, and the button. */
const AskFor = (props: { ctx: Ctx; id?: string; value: string; unavailable: string | undefined; children: string }) => (
  <>
    <TextField
      name="reason"
      {...(props.id === undefined ? {} : { id: props.id })}
      label={props.ctx.t('field.reason')}
      value={props.value}
      maxLength={500}
      required
    />
    <div class="row">
      <Button unavailable={props.unavailable}>{props.children}</Button>
    </div>
  </>
);

/** What was asked of one device, and its answer. */
export const DeviceTasks = (props: DeviceTasksProps) => {
  const { ctx, device, rows, files, values, errors, asked } = props;
  const unavailable = props.unavailable ?? withoutRight(ctx, 'devices:write');
  const errorsOf = (form: AskedForm): FieldErrors | undefined => (asked === form ? errors : undefined);
  const reasonOf = (form: AskedForm): string => (asked === form ? values.reason : '');
  return (
    <DeviceFrame ctx={ctx} device={device} tabs={props.tabs} current="tasks">
      <ErrorSummary
        errors={errors}
        labels={{
          lines: ctx.t('deviceTasks.lines'),
          number: ctx.t('common.file'),
          act: ctx.t('common.request'),
          reason: ctx.t('field.reason'),
          source: ctx.t('deviceTasks.closeSource'),
        }}
      />
      <Panel>
        {rows.length === 0 ? (
          <Empty title={ctx.t('deviceTasks.none')}>{ctx.t('deviceTasks.noneWhy')}</Empty>
        ) : (
          <DataTable<(typeof rows)[number]>
            caption={ctx.t('devices.tab.tasks')}
            rows={rows}
            records="labelled"
            columns={[
              column('state', ctx.t('field.state'), { fit: true }, (row) => (
                <Status level={taskLevels[row.state]}>{ctx.tDynamic(`deviceTasks.state.${row.state}`)}</Status>
              )),
              column('what', ctx.t('deviceTasks.what'), { any: true }, (row) => (
                <>
                  {row.lines === undefined
                    ? ctx.tDynamic(`deviceTasks.kind.${row.kind}`)
                    : ctx.t('deviceTasks.kind.show-log', { lines: row.lines })}
                  {row.server === undefined ? null : (
                    <>
                      {' '}
                      <span translate="no">{row.server}</span>
                    </>
                  )}
                  {row.source === undefined ? null : ` ${ctx.tDynamic(`source.${row.source}`)}`}
                  {row.file === undefined ? null : (
                    <>
                      {': '}
                      <span translate="no">
                        {row.file.name} ({row.file.product})
                      </span>
                    </>
                  )}
                  <br />
                  <span class="second">{row.reason}</span>
                  {row.code === undefined ? null : (
                    <>
                      <br />
                      <code translate="no">{row.code}</code>
                    </>
                  )}
                  <Output ctx={ctx} row={row} />
                </>
              )),
              column('by', ctx.t('common.by'), { any: true }, (row) => (
                <>
                  <span translate="no">{row.askedBy}</span>, <Time at={row.askedAt} />
                  {row.confirmedBy === undefined ? null : (
                    <>
                      <br />
                      <span translate="no">{row.confirmedBy}</span>
                    </>
                  )}
                </>
              )),
              column('decide', ctx.t('common.decision'), (row) => <Decide ctx={ctx} device={device.id} row={row} />),
            ]}
          />
        )}
      </Panel>
      {props.gone.length === 0 ? null : (
        <Panel title={ctx.t('deviceTasks.closeTitle')} body>
          <p class="second">{ctx.t('deviceTasks.closeWhy')}</p>
          <PostForm action={paths.deviceTasks(device.id)} class="form" errors={errorsOf('list')}>
            <input type="hidden" name="kind" value="close-list" />
            <SelectField
              name="source"
              label={ctx.t('deviceTasks.closeSource')}
              value={values.source}
              options={props.gone.map(({ source, packages, heardAt }) => ({
                value: source,
                label: ctx.t('deviceTasks.goneSource', {
                  source: ctx.tDynamic(`source.${source}`),
                  n: packages,
                  day: ctx.fmt.date(heardAt),
                }),
              }))}
              required
            />
            <AskFor
              ctx={ctx}
              id="close-reason"
              value={reasonOf('list')}
              unavailable={withoutRight(ctx, 'devices:write')}
            >
              {ctx.t('deviceTasks.askClose')}
            </AskFor>
          </PostForm>
        </Panel>
      )}
      <Panel title={ctx.t('deviceTasks.logTitle')} body>
        <p class="second">{ctx.t('deviceTasks.logWhy')}</p>
        <PostForm action={paths.deviceTasks(device.id)} class="form" errors={errorsOf('log')}>
          <input type="hidden" name="kind" value="show-log" />
          <TextField
            name="lines"
            label={ctx.t('deviceTasks.lines')}
            value={values.lines}
            type="number"
            min={1}
            max={500}
            required
          />
          <AskFor ctx={ctx} value={reasonOf('log')} unavailable={unavailable}>
            {ctx.t('deviceTasks.askLog')}
          </AskFor>
        </PostForm>
      </Panel>
      <Panel title={ctx.t('deviceTasks.fileTitle')} body>
        <p class="second">{ctx.t('deviceTasks.fileWhy')}</p>
        {files.length === 0 ? (
          <p>{ctx.t('deviceTasks.noFiles')}</p>
        ) : (
          <PostForm action={paths.deviceTasks(device.id)} class="form" errors={errorsOf('file')}>
            <input type="hidden" name="kind" value="kept-file" />
            <SelectField name="number" label={ctx.t('common.file')} value={values.file} options={files} required />
            <SelectField
              name="act"
              label={ctx.t('common.request')}
              value={values.act}
              options={acts.map((act) => ({ value: act, label: ctx.t(`deviceTasks.act.${act}`) }))}
              required
            />
            <AskFor ctx={ctx} id="file-reason" value={reasonOf('file')} unavailable={unavailable}>
              {ctx.t('deviceTasks.askFile')}
            </AskFor>
          </PostForm>
        )}
      </Panel>
    </DeviceFrame>
  );
};
