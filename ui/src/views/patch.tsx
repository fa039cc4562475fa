import { ControllersFrame } from '../components/controllers-frame.tsx';
import {
  AreaField,
  Button,
  ErrorSummary,
  Hidden,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { PatchHistory, type PatchMoveRow } from '../components/patch-history.tsx';
import {
  ClockMark,
  type ClockView,
  PatchStateMark,
  UrgencyMark,
  type UrgencyView,
} from '../components/patch-marks.tsx';
import { Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

export type GateView = {
  readonly gate: string;
  readonly open: boolean;
  readonly reason?: string | undefined;
  readonly plcs: string;
};

export type OptionView = {
  readonly to: string;
  readonly gates: readonly GateView[];
  readonly duties: readonly string[];
};

export type RequestView = {
  readonly id: number;
  readonly sort: 'move' | 'extension';
  readonly target: string;
  readonly askedBy: string;
  readonly askedAt: When;
  readonly reason: string;
  readonly signed: readonly string[];
  readonly open: readonly string[];
};

export type TargetRow = {
  readonly plc: string;
  readonly name: string;
  readonly firmware: string | null;
  readonly readAt: When | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly openChecks: number;
  readonly nextWindow: When | null;
};

export type PatchView = {
  readonly id: number;
  readonly patchId: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly targetVersion: string | null;
  readonly sha256: string | null;
  readonly supersedes: string | null;
  readonly vulnerabilities: readonly string[];
  readonly remarks: string | null;
  readonly state: string;
  readonly lifecycle: string | undefined;
  readonly until: When | null;
  readonly fallback: string | null;
  readonly verdict: string;
  readonly verdictOn: When | null;
  readonly overriddenAt: When | null;
  readonly testedOn: string | null;
  readonly vetoed: boolean;
  readonly window: { readonly name: string; readonly from: When; readonly until: When } | null;
  readonly clocks: readonly ClockView[];
  readonly urgency: UrgencyView;
  readonly closed: boolean;
};

export type PatchProps = {
  readonly ctx: Ctx;
  readonly patch: PatchView;
  readonly options: readonly OptionView[];
  readonly requests: readonly RequestView[];
  readonly targets: readonly TargetRow[];
  readonly controllers: readonly Reference[];
  readonly history: readonly PatchMoveRow[];
  readonly errors?: FieldErrors | undefined;
};

const why = (ctx: Ctx, gates: readonly GateView[]): string | undefined => {
  const closed = gates.filter(({ open }) => !open);
  return closed.length === 0
    ? undefined
    : closed.map(({ reason, plcs }) => ctx.tDynamic(`patches.why.${reason}`, { plcs })).join(' ');
};

const duties = (ctx: Ctx, names: readonly string[]): string =>
  names.map((name) => ctx.tDynamic(`patches.duty.${name}`)).join(', ');

const Next = ({ ctx, patch, options }: PatchProps) => (
  <Panel title={ctx.t('patches.next')}>
    {options.length === 0 ? (
      <div class="body">{ctx.t('patches.noNext')}</div>
    ) : (
      <DataTable
        ctx={ctx}
        caption={ctx.t('patches.next')}
        rows={options}
        records="labelled"
        columns={[
          {
            key: 'to',
            label: ctx.t('patches.next'),
            cell: (row) => (
              <LinkButton
                small
                href={paths.patchMove(patch.id, { to: row.to })}
                unavailable={withoutRight(ctx, 'devices:write') ?? why(ctx, row.gates)}
              >
                {ctx.tDynamic(`patches.to.${row.to}`)}
              </LinkButton>
            ),
          },
          {
            key: 'why',
            label: ctx.t('patches.notNow'),
            any: true,
            cell: (row) => why(ctx, row.gates) ?? <span class="dim">–</span>,
          },
          {
            key: 'signs',
            label: ctx.t('measures.duties'),
            any: true,
            cell: (row) => (row.duties.length === 0 ? <span class="dim">–</span> : duties(ctx, row.duties)),
          },
        ]}
      />
    )}
  </Panel>
);

const Requests = ({ ctx, patch, requests }: PatchProps) =>
  requests.length === 0 ? null : (
    <Panel title={ctx.t('patches.waiting')}>
      {requests.map((one) => (
        <div class="body">
          <h3>
            {one.sort === 'move'
              ? ctx.t('patches.request.move', { to: ctx.tDynamic(`patches.state.${one.target}`) })
              : ctx.t('patches.request.extension', { to: ctx.tDynamic(`patches.clock.${one.target}`) })}
          </h3>
          <p>{one.reason}</p>
          <p class="second">{ctx.t('patches.askedBy', { who: one.askedBy, at: ctx.fmt.dateTime(one.askedAt) })}</p>
          {one.signed.map((who) => (
            <p class="second">{ctx.t('patches.signedBy', { who })}</p>
          ))}
          <p>{ctx.t('patches.signsOpen', { duties: duties(ctx, one.open) })}</p>
          <PostForm ctx={ctx} action={paths.patchSign(patch.id)} class="form">
            <Hidden fields={[['request', String(one.id)]]} />
            <TextField
              ctx={ctx}
              id={`f-comment-${one.id}`}
              name="comment"
              label={ctx.t('patches.comment')}
              hint={ctx.t('patches.commentHint')}
              maxLength={500}
            />
            <div class="row">
              <Button kind="primary" name="agrees" value="yes" unavailable={withoutRight(ctx, 'devices:write')}>
                {ctx.t('patches.sign')}
              </Button>
              <Button name="agrees" value="no" unavailable={withoutRight(ctx, 'devices:write')}>
                {ctx.t('patches.decline')}
              </Button>
            </div>
          </PostForm>
        </div>
      ))}
    </Panel>
  );

const Targets = ({ ctx, patch, targets, controllers }: PatchProps) => {
  const write = withoutRight(ctx, 'devices:write');
  return (
    <Panel title={ctx.t('patches.targets')}>
      {targets.length === 0 ? null : (
        <DataTable
          ctx={ctx}
          caption={ctx.t('patches.targets')}
          rows={targets}
          records="labelled"
          columns={[
            {
              key: 'name',
              label: ctx.t('patches.chooseController'),
              any: true,
              head: true,
              cell: (row) => <span translate="no">{row.name}</span>,
            },
            {
              key: 'firmware',
              label: ctx.t('patches.firmware'),
              cell: (row) => (
                <>
                  <span translate="no">{row.firmware ?? '–'}</span>
                  {row.readAt === null ? null : (
                    <div class="small second">
                      <Time ctx={ctx} at={row.readAt} />
                    </div>
                  )}
                </>
              ),
            },
            {
              key: 'before',
              label: ctx.t('patches.before'),
              cell: (row) => <span translate="no">{row.before ?? '–'}</span>,
            },
            {
              key: 'after',
              label: ctx.t('patches.after'),
              cell: (row) => <span translate="no">{row.after ?? '–'}</span>,
            },
            {
              key: 'checks',
              label: ctx.t('patches.checklist'),
              cell: (row) => (
                <a href={paths.patchCheck(patch.id, row.plc)}>
                  <Status ctx={ctx} level={row.openChecks === 0 ? 'done' : 'waiting'}>
                    {row.openChecks === 0
                      ? ctx.t('patches.checklistDone')
                      : ctx.t('patches.checklistOpen', { n: row.openChecks })}
                  </Status>
                </a>
              ),
            },
            {
              key: 'window',
              label: ctx.t('patches.nextWindow'),
              cell: (row) =>
                row.nextWindow === null ? ctx.t('patches.noWindow') : <Time ctx={ctx} at={row.nextWindow} />,
            },
            {
              key: 'drop',
              label: ctx.t('patches.dropTarget'),
              fit: true,
              cell: (row) =>
                patch.closed ? (
                  <span class="dim">–</span>
                ) : (
                  <PostForm ctx={ctx} action={paths.patchTarget(patch.id)}>
                    <Hidden
                      fields={[
                        ['plc', row.plc],
                        ['wanted', 'no'],
                      ]}
                    />
                    <Button small unavailable={write}>
                      {ctx.t('patches.dropTarget')}
                    </Button>
                  </PostForm>
                ),
            },
          ]}
        />
      )}
      {patch.closed ? null : (
        <div class="body">
          {controllers.length === 0 ? (
            <p class="second">{ctx.t('patches.noControllers')}</p>
          ) : (
            <PostForm ctx={ctx} action={paths.patchTarget(patch.id)} class="form">
              <Hidden fields={[['wanted', 'yes']]} />
              <SelectField
                ctx={ctx}
                name="plc"
                label={ctx.t('patches.chooseController')}
                options={controllers.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <div>
                <Button unavailable={write}>{ctx.t('patches.addTarget')}</Button>
              </div>
            </PostForm>
          )}
        </div>
      )}
    </Panel>
  );
};

const Describe = ({ ctx, patch, errors }: PatchProps) =>
  patch.closed ? null : (
    <Panel title={ctx.t('patches.describe')} span={6}>
      <div class="body">
        <PostForm ctx={ctx} action={paths.patchDescribe(patch.id)} class="form">
          <TextField
            ctx={ctx}
            name="targetVersion"
            label={ctx.t('patches.targetVersion')}
            value={patch.targetVersion ?? ''}
            maxLength={128}
            errors={errors}
            spellcheck={false}
          />
          <TextField
            ctx={ctx}
            name="sha256"
            label={ctx.t('patches.sha256')}
            value={patch.sha256 ?? ''}
            maxLength={64}
            errors={errors}
            spellcheck={false}
          />
          <AreaField
            ctx={ctx}
            name="vulnerabilities"
            label={ctx.t('patches.vulnerabilities')}
            hint={ctx.t('patches.vulnerabilitiesHint')}
            value={patch.vulnerabilities.join('\n')}
            rows={3}
            errors={errors}
          />
          <div>
            <Button unavailable={withoutRight(ctx, 'devices:write')}>{ctx.t('patches.save')}</Button>
          </div>
        </PostForm>
      </div>
    </Panel>
  );

const Extend = ({ ctx, patch, errors }: PatchProps) => (
  <Panel title={ctx.t('patches.extend')} span={6}>
    <div class="body">
      <p class="second">{ctx.t('patches.extendWhy')}</p>
      <PostForm ctx={ctx} action={paths.patchExtend(patch.id)} class="form">
        <SelectField
          ctx={ctx}
          name="clock"
          label={ctx.t('patches.clockLabel')}
          value="due"
          options={patch.clocks.map(({ clock }) => ({ value: clock, label: ctx.tDynamic(`patches.clock.${clock}`) }))}
        />
        <TextField
          ctx={ctx}
          name="until"
          type="datetime-local"
          label={ctx.t('patches.field.until')}
          hint={ctx.t('patches.timeHint')}
          errors={errors}
        />
        <TextField ctx={ctx} name="reason" label={ctx.t('patches.reason')} maxLength={500} errors={errors} />
        <div>
          <Button unavailable={withoutRight(ctx, 'devices:write')}>{ctx.t('patches.ask')}</Button>
        </div>
      </PostForm>
    </div>
  </Panel>
);

/** One patch: where it stands, what may come next and why not, who signs, its controllers, and what was done. */
export const PatchPage = (props: PatchProps) => {
  const { ctx, patch, history, errors } = props;
  return (
    <ControllersFrame
      ctx={ctx}
      current="patches"
      title={patch.patchId}
      untranslatedTitle
      mark={<PatchStateMark ctx={ctx} state={patch.state} />}
      sub={
        <span translate="no">
          {patch.vendor}, {patch.product} {patch.productVersion}
        </span>
      }
      crumbs={[{ label: ctx.t('patches.title'), href: paths.patches() }]}
    >
      <ErrorSummary
        ctx={ctx}
        errors={errors}
        labels={{
          until: ctx.t('patches.field.until'),
          reason: ctx.t('patches.reason'),
          comment: ctx.t('patches.comment'),
          targetVersion: ctx.t('patches.targetVersion'),
          sha256: ctx.t('patches.sha256'),
          plc: ctx.t('patches.chooseController'),
          clock: ctx.t('patches.clockLabel'),
        }}
      />
      {patch.vetoed ? <Notice ctx={ctx} level="warning" title={ctx.t('patches.vetoed')} /> : null}
      <Panel title={ctx.t('patches.stateLabel')}>
        <div class="body">
          <Facts
            rows={[
              [ctx.t('patches.stateLabel'), ctx.tDynamic(`patches.state.${patch.state}`)],
              ...(patch.lifecycle === undefined
                ? []
                : [[ctx.t('patches.lifecycle'), <span translate="no">{patch.lifecycle}</span>] as const]),
              ...(patch.until === null
                ? []
                : [
                    [
                      ctx.t('patches.field.until'),
                      <>
                        <Time ctx={ctx} at={patch.until} />{' '}
                        {patch.fallback === null
                          ? null
                          : ctx.t('patches.fallback', { state: ctx.tDynamic(`patches.state.${patch.fallback}`) })}
                      </>,
                    ] as const,
                  ]),
              [
                ctx.t('patches.verdict'),
                <>
                  {ctx.tDynamic(`patches.state.${patch.verdict}`)}{' '}
                  {patch.verdictOn === null ? null : <Time ctx={ctx} at={patch.verdictOn} form="date" />}
                  {patch.overriddenAt === null ? null : (
                    <div class="small second">
                      {ctx.t('patches.overridden', { at: ctx.fmt.dateTime(patch.overriddenAt) })}
                    </div>
                  )}
                </>,
              ],
              [
                ctx.t('patches.testedOn'),
                patch.testedOn === null ? '–' : ctx.tDynamic(`patches.tested.${patch.testedOn}`),
              ],
              ...patch.clocks.map(
                (one) => [ctx.tDynamic(`patches.clock.${one.clock}`), <ClockMark ctx={ctx} view={one} />] as const,
              ),
              [
                ctx.t('patches.window'),
                patch.window === null ? (
                  '–'
                ) : (
                  <>
                    {patch.window.name}: {ctx.fmt.period(patch.window.from, patch.window.until)}
                  </>
                ),
              ],
              [ctx.t('patches.targetVersion'), <span translate="no">{patch.targetVersion ?? '–'}</span>],
              [ctx.t('patches.sha256'), patch.sha256 === null ? '–' : <Hash value={patch.sha256} />],
              [ctx.t('patches.supersedes'), <span translate="no">{patch.supersedes ?? '–'}</span>],
              [ctx.t('patches.vulnerabilities'), <span translate="no">{patch.vulnerabilities.join(', ') || '–'}</span>],
              [ctx.t('vuln.decision'), <UrgencyMark ctx={ctx} urgency={patch.urgency} />],
              [ctx.t('patches.remarks'), patch.remarks ?? '–'],
            ]}
          />
        </div>
      </Panel>
      <Requests {...props} />
      <Next {...props} />
      <Targets {...props} />
      <div class="grid">
        <Describe {...props} />
        <Extend {...props} />
      </div>
      <PatchHistory ctx={ctx} rows={history} />
      <p class="hint">{ctx.t('patches.notVerified')}</p>
    </ControllersFrame>
  );
};
