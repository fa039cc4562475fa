import {
  AreaField,
  Button,
  ErrorSummary,
  Hidden,
  LinkButton,
  mayNotDecide,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Hash, Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { paths } from '../paths.ts';
import { PatchHistory } from './patch-history.tsx';
import { ChecklistLink, DeadlineMark, PatchStateMark, UrgencyMark } from './patch-marks.tsx';
import type { GateView, PatchProps } from './patch-model.ts';

/** What the patch gives: version, file, vulnerabilities. */
const PatchDescribe = ({ ctx, patch, errors }: PatchProps) =>
  patch.closed ? null : (
    <Panel title={ctx.t('patches.describe')} span={6} body>
      <PostForm action={paths.patchDescribe(patch.id)} class="form" errors={errors}>
        <TextField
          name="targetVersion"
          label={ctx.t('patches.targetVersion')}
          value={patch.targetVersion ?? ''}
          maxLength={128}
          spellcheck={false}
        />
        <TextField
          name="sha256"
          label={ctx.t('patches.sha256')}
          value={patch.sha256 ?? ''}
          maxLength={64}
          spellcheck={false}
        />
        <AreaField
          name="vulnerabilities"
          label={ctx.t('common.vulnerabilities')}
          hint={ctx.t('patches.vulnerabilitiesHint')}
          value={patch.vulnerabilities.join('\n')}
          rows={3}
        />
        <div>
          <Button needs="controllers:write">{ctx.t('patches.save')}</Button>
        </div>
      </PostForm>
    </Panel>
  );

/** Asks for a later date. */
const PatchExtend = ({ ctx, patch, errors }: PatchProps) => (
  <Panel title={ctx.t('patches.extend')} span={6} body>
    <p class="second">{ctx.t('patches.extendWhy')}</p>
    <PostForm action={paths.patchExtend(patch.id)} class="form" errors={errors}>
      <SelectField
        name="clock"
        label={ctx.t('patches.deadlineLabel')}
        value="due"
        options={patch.deadlines.map(({ deadline }) => ({
          value: deadline,
          label: ctx.tDynamic(`patches.deadline.${deadline}`),
        }))}
      />
      <TextField
        name="until"
        type="datetime-local"
        label={ctx.t('patches.field.until')}
        hint={ctx.t('patches.timeHint')}
      />
      <TextField name="reason" label={ctx.t('field.reason')} maxLength={500} />
      <div>
        <Button needs="controllers:write">{ctx.t('patches.ask')}</Button>
      </div>
    </PostForm>
  </Panel>
);

/** The controllers that get the patch, and the form to add one. */
const PatchTargets = ({ ctx, patch, targets, controllers }: PatchProps) => {
  const write = withoutRight(ctx, 'controllers:write');
  return (
    <Panel title={ctx.t('field.controllers')}>
      {targets.length === 0 ? null : (
        <DataTable<(typeof targets)[number]>
          caption={ctx.t('field.controllers')}
          rows={targets}
          records="labelled"
          columns={[
            column('name', ctx.t('common.controller'), { any: true, head: true }, (row) => (
              <span translate="no">{row.name}</span>
            )),
            column('firmware', ctx.t('patches.firmware'), (row) => (
              <>
                <span translate="no">{row.firmware ?? '–'}</span>
                {row.readAt === null ? null : (
                  <div class="small second">
                    <Time at={row.readAt} />
                  </div>
                )}
              </>
            )),
            column('before', ctx.t('patches.before'), (row) => <span translate="no">{row.before ?? '–'}</span>),
            column('after', ctx.t('patches.after'), (row) => <span translate="no">{row.after ?? '–'}</span>),
            column('checks', ctx.t('patches.checklist'), (row) => (
              <ChecklistLink ctx={ctx} href={paths.patchCheck(patch.id, row.controller)} openChecks={row.openChecks} />
            )),
            column('window', ctx.t('patches.nextWindow'), (row) =>
              row.nextWindow === null ? ctx.t('patches.noWindow') : <Time at={row.nextWindow} />,
            ),
            column('drop', <span class="vh">{ctx.t('common.remove')}</span>, { fit: true }, (row) =>
              patch.closed ? (
                <span class="dim">–</span>
              ) : (
                <PostForm action={paths.patchTarget(patch.id)}>
                  <Hidden
                    fields={[
                      ['controller', row.controller],
                      ['wanted', 'no'],
                    ]}
                  />
                  <Button small unavailable={write}>
                    {ctx.t('common.remove')}
                  </Button>
                </PostForm>
              ),
            ),
          ]}
        />
      )}
      {patch.closed ? null : (
        <div class="body">
          {controllers.length === 0 ? (
            <p class="second">{ctx.t('patches.noControllers')}</p>
          ) : (
            <PostForm action={paths.patchTarget(patch.id)} class="form">
              <Hidden fields={[['wanted', 'yes']]} />
              <SelectField
                name="controller"
                label={ctx.t('common.controller')}
                options={controllers.map(({ id, name }) => ({ value: id, label: name }))}
              />
              <div>
                <Button unavailable={write}>{ctx.t('common.add')}</Button>
              </div>
            </PostForm>
          )}
        </div>
      )}
    </Panel>
  );
};

const why = (ctx: Ctx, gates: readonly GateView[]): string | undefined => {
  const closed = gates.filter(({ open }) => !open);
  return closed.length === 0
    ? undefined
    : closed.map(({ reason, controllers }) => ctx.tDynamic(`patches.why.${reason}`, { controllers })).join(' ');
};

const roleNames = (ctx: Ctx, names: readonly string[]): string =>
  names.map((name) => ctx.tDynamic(`patches.role.${name}`)).join(', ');

/** What may come next, and why some of it may not. */
const PatchNext = ({ ctx, patch, options }: PatchProps) => (
  <Panel title={ctx.t('patches.next')}>
    {options.length === 0 ? (
      <div class="body">{ctx.t('patches.noNext')}</div>
    ) : (
      <DataTable<(typeof options)[number]>
        caption={ctx.t('patches.next')}
        rows={options}
        records="labelled"
        columns={[
          column('to', ctx.t('patches.next'), (row) => (
            <LinkButton
              small
              href={paths.patchMove(patch.id, { to: row.to })}
              unavailable={withoutRight(ctx, 'controllers:write') ?? why(ctx, row.gates)}
            >
              {ctx.tDynamic(`patches.to.${row.to}`)}
            </LinkButton>
          )),
          column(
            'why',
            ctx.t('patches.notNow'),
            { any: true },
            (row) => why(ctx, row.gates) ?? <span class="dim">–</span>,
          ),
          column('signs', ctx.t('measures.roles'), { any: true }, (row) =>
            row.roles.length === 0 ? <span class="dim">–</span> : roleNames(ctx, row.roles),
          ),
        ]}
      />
    )}
  </Panel>
);

/** What waits for signatures, with the form to sign. */
const PatchRequests = ({ ctx, patch, requests }: PatchProps) =>
  requests.length === 0 ? null : (
    <Panel title={ctx.t('patches.waiting')}>
      {requests.map((one) => (
        <div class="body">
          <h3>
            {one.type === 'move'
              ? ctx.t('patches.request.move', { to: ctx.tDynamic(`patches.state.${one.target}`) })
              : one.type === 'verdict'
                ? ctx.t('patches.request.verdict', {
                    to: ctx.tDynamic(`patches.state.${one.target}`),
                    list: one.list ?? '',
                  })
                : ctx.t('patches.request.extension', { to: ctx.tDynamic(`patches.deadline.${one.target}`) })}
          </h3>
          <p>{one.reason}</p>
          <p class="second">{ctx.t('patches.askedBy', { who: one.askedBy, at: ctx.fmt.dateTime(one.askedAt) })}</p>
          {one.signed.map((who) => (
            <p class="second">{ctx.t('patches.signedBy', { who })}</p>
          ))}
          <p>{ctx.t('patches.signsOpen', { roles: roleNames(ctx, one.open) })}</p>
          <PostForm action={paths.patchSign(patch.id)} class="form">
            <Hidden fields={[['request', String(one.id)]]} />
            <TextField
              id={`f-comment-${one.id}`}
              name="comment"
              label={ctx.t('common.comment')}
              hint={ctx.t('patches.commentHint')}
              maxLength={500}
            />
            <div class="row">
              <Button kind="primary" name="agrees" value="yes" needs="controllers:approve">
                {ctx.t('patches.sign')}
              </Button>
              <Button name="agrees" value="no" unavailable={mayNotDecide(ctx, 'controllers')}>
                {ctx.t('common.decline')}
              </Button>
            </div>
          </PostForm>
        </div>
      ))}
    </Panel>
  );

/** One patch: where it stands, what may come next and why not, who signs, its controllers, and what was done. */
export const PatchPage = (props: PatchProps) => {
  const { ctx, patch, history, errors } = props;
  return (
    <Page
      ctx={ctx}
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
        errors={errors}
        labels={{
          until: ctx.t('patches.field.until'),
          reason: ctx.t('field.reason'),
          comment: ctx.t('common.comment'),
          targetVersion: ctx.t('patches.targetVersion'),
          sha256: ctx.t('patches.sha256'),
          controller: ctx.t('common.controller'),
          clock: ctx.t('patches.deadlineLabel'),
        }}
      />
      {patch.vetoed ? <Notice level="warning" title={ctx.t('patches.vetoed')} /> : null}
      <Panel title={ctx.t('field.state')} body>
        <Facts
          rows={[
            [ctx.t('field.state'), ctx.tDynamic(`patches.state.${patch.state}`)],
            ...(patch.lifecycle === undefined
              ? []
              : [[ctx.t('patches.lifecycle'), <span translate="no">{patch.lifecycle}</span>] as const]),
            ...(patch.until === null
              ? []
              : [
                  [
                    ctx.t('patches.field.until'),
                    <>
                      <Time at={patch.until} />{' '}
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
                {patch.verdictOn === null ? null : <Time at={patch.verdictOn} form="date" />}
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
            ...patch.deadlines.map(
              (one) =>
                [ctx.tDynamic(`patches.deadline.${one.deadline}`), <DeadlineMark ctx={ctx} view={one} />] as const,
            ),
            [
              ctx.t('windows.name'),
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
            [ctx.t('common.vulnerabilities'), <span translate="no">{patch.vulnerabilities.join(', ') || '–'}</span>],
            [ctx.t('common.decision'), <UrgencyMark ctx={ctx} urgency={patch.urgency} />],
            [ctx.t('patches.remarks'), patch.remarks ?? '–'],
          ]}
        />
      </Panel>
      <PatchRequests {...props} />
      <PatchNext {...props} />
      <PatchTargets {...props} />
      <div class="grid">
        <PatchDescribe {...props} />
        <PatchExtend {...props} />
      </div>
      <PatchHistory ctx={ctx} rows={history} />
      <p class="hint">{ctx.t('patches.notVerified')}</p>
    </Page>
  );
};
