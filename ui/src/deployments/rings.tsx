import { Button, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import { useCtx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type RingState = 'closed' | 'open' | 'soaking' | 'passed' | 'failed' | 'held' | 'stopped';

export type RingRow = {
  readonly ring: number;
  readonly state: RingState;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly decidedBy: string | null;
  readonly dueAt: When;
  readonly openedAt: When | null;
  readonly soakUntil: When | null;
  readonly changedAt: When;
  readonly members: number;
  readonly reached: number;
  readonly verified: number;
  readonly failed: number;
  readonly lost: number;
  readonly powerPercent: number;
};

const levels = {
  closed: 'waiting',
  open: 'running',
  soaking: 'running',
  passed: 'done',
  failed: 'critical',
  held: 'critical',
  stopped: 'info',
} as const;

type Props = {
  readonly id: string;
  readonly rings: readonly RingRow[];
  readonly hindrance?: string | undefined;
  readonly errors?: FieldErrors | undefined;
};

/** What a ring waits for, or when it was done. */
const RingTime = ({ row }: { row: RingRow }) => {
  const ctx = useCtx();
  if (row.state === 'closed')
    return <>{ctx.rich(row.ring === 1 ? 'rings.opensAt' : 'rings.opensAfter', { at: <Time at={row.dueAt} /> })}</>;
  if (row.state === 'soaking' && row.soakUntil !== null)
    return <>{ctx.rich('rings.soaksUntil', { at: <Time at={row.soakUntil} /> })}</>;
  return <Time at={row.changedAt} />;
};

/** The rings of a rollout, and what a person can do: hold it; resume it or pass its ring, once it is held. */
export const Rings = ({ id, rings, hindrance, errors }: Props) => {
  const ctx = useCtx();
  const held = rings.find(({ state }) => state === 'failed' || state === 'held');
  const isAtWork = rings.some(({ state }) => state === 'closed' || state === 'open' || state === 'soaking');
  const mayNot = withoutRight(ctx, 'deployments:approve') ?? (hindrance && ctx.tDynamic(`error.${hindrance}`));
  return (
    <>
      {held === undefined ? null : (
        <Notice level="critical" title={ctx.t('rings.held', { ring: held.ring })}>
          <p>{ctx.tDynamic(`rings.reason.${held.reason ?? 'PERSON'}`)}</p>
          {held.comment === null ? null : (
            <p>
              <span translate="no">{held.decidedBy}</span>: {held.comment}
            </p>
          )}
          <PostForm action={paths.deploymentRings(id)} class="stack" errors={errors}>
            <TextField
              name="comment"
              label={ctx.t('rings.why')}
              hint={ctx.t('rings.continueHint')}
              maxLength={500}
              required
            />
            <div class="row">
              <Button kind="primary" name="action" value="resume" unavailable={mayNot}>
                {ctx.t('rings.resume')}
              </Button>
              <Button name="action" value="again" unavailable={mayNot}>
                {ctx.t('rings.again')}
              </Button>
              <Button name="action" value="pass" unavailable={mayNot}>
                {ctx.t('rings.pass')}
              </Button>
            </div>
          </PostForm>
        </Notice>
      )}
      <Panel title={ctx.t('rings.title')} context={ctx.t('rings.sub')} foot={<span>{ctx.t('rings.powerHint')}</span>}>
        <DataTable<RingRow>
          caption={ctx.t('rings.title')}
          records="labelled"
          rows={rings}
          columns={[
            column('ring', ctx.t('rings.ring'), { fit: true, any: true }, (row) => ctx.fmt.number(row.ring)),
            column('state', ctx.t('field.state'), { fit: true }, (row) => (
              <Status level={levels[row.state]}>{ctx.t(`rings.state.${row.state}`)}</Status>
            )),
            column('when', ctx.t('common.time'), (row) => <RingTime row={row} />),
            column('members', ctx.t('nav.devices'), { num: true }, (row) => ctx.fmt.number(row.members)),
            column('reached', ctx.t('rings.reached'), { num: true }, (row) => ctx.fmt.number(row.reached)),
            column('verified', ctx.t('installation.verified'), { num: true }, (row) => ctx.fmt.number(row.verified)),
            column('failed', ctx.t('installation.failed'), { num: true }, (row) => ctx.fmt.number(row.failed)),
            column('lost', ctx.t('rings.lost'), { num: true }, (row) => ctx.fmt.number(row.lost)),
            column('power', ctx.t('rings.power'), { num: true }, (row) => `${ctx.fmt.number(row.powerPercent)} %`),
          ]}
        />
      </Panel>
      {held !== undefined || !isAtWork ? null : (
        <Panel body>
          <PostForm action={paths.deploymentRings(id)} class="row" errors={errors}>
            <TextField name="comment" label={ctx.t('rings.why')} maxLength={500} required />
            <Button kind="danger" name="action" value="hold" needs="deployments:write">
              {ctx.t('rings.hold')}
            </Button>
          </PostForm>
        </Panel>
      )}
    </>
  );
};
