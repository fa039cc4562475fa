import { Button, Hidden, LinkButton, mayNotDecide, PostForm, TextField, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import type { GateView, PatchProps } from './patch-model.ts';

const why = (ctx: Ctx, gates: readonly GateView[]): string | undefined => {
  const closed = gates.filter(({ open }) => !open);
  return closed.length === 0
    ? undefined
    : closed.map(({ reason, controllers }) => ctx.tDynamic(`patches.why.${reason}`, { controllers })).join(' ');
};

const roleNames = (ctx: Ctx, names: readonly string[]): string =>
  names.map((name) => ctx.tDynamic(`patches.role.${name}`)).join(', ');

/** What may come next, and why some of it may not. */
export const PatchNext = ({ ctx, patch, options }: PatchProps) => (
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
export const PatchRequests = ({ ctx, patch, requests }: PatchProps) =>
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
