import { Button, LinkButton, PostForm, SelectField, TextField, withoutRight } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { type WorkRow, workDue, workTitle, workWhy } from './worklist.tsx';

const rankParts = ['harm', 'place', 'targets', 'due', 'blocks', 'age'] as const;

/** POST fields: csrf, action (assign, later, back), assignee, hours, reason. */
type WorkItemProps = {
  readonly ctx: Ctx;
  readonly row: WorkRow;
  readonly rank: Readonly<Record<(typeof rankParts)[number], number>>;
  readonly total: number;
  readonly isUrgent: boolean;
  readonly reason?: string | undefined;
  readonly assignee?: string | undefined;
  /** Its place in the list; absent for what was put off. */
  readonly at?:
    | { readonly n: number; readonly of: number; readonly previous?: string; readonly next?: string }
    | undefined;
  readonly waitsFor?: Pick<WorkRow, 'id' | 'kind' | 'params' | 'words'> | undefined;
  readonly accounts: readonly Reference[];
  readonly errors?: FieldErrors | undefined;
};

const laterHours = { now: [2, 8, 24], other: [24, 72, 168, 720] } as const;

/** One item: why it is here, how it is ranked, where it is done; who has it, and later. */
export const WorkItem = (props: WorkItemProps) => {
  const { ctx, row, rank, total, isUrgent, at, waitsFor, errors } = props;
  const unavailable = withoutRight(ctx, 'work:write');
  const due = workDue(ctx, row);
  return (
    <Page
      ctx={ctx}
      title={workTitle(ctx, row)}
      section="work"
      crumbs={[{ label: ctx.t('nav.work'), href: paths.work() }]}
      mark={<Status ctx={ctx} level={row.level} />}
      sub={at === undefined ? undefined : ctx.t('work.of', { n: at.n, total: at.of })}
      actions={
        <>
          {at?.previous === undefined ? null : (
            <LinkButton ctx={ctx} href={paths.workItem(at.previous)}>
              {ctx.t('work.previous')}
            </LinkButton>
          )}
          {at?.next === undefined ? null : (
            <LinkButton ctx={ctx} href={paths.workItem(at.next)}>
              {ctx.t('work.next')}
            </LinkButton>
          )}
          <LinkButton ctx={ctx} kind="primary" href={row.path} unavailable={withoutRight(ctx, row.does)}>
            {ctx.tDynamic(`work.${row.kind}.action`)}
          </LinkButton>
        </>
      }
    >
      <div class="grid">
        <Panel title={ctx.t('work.why')} span={7}>
          <div class="body">
            <p>{workWhy(ctx, row)}</p>
            {due === '' ? null : <p>{due}</p>}
            {props.reason === undefined ? null : <p class="second">{props.reason}</p>}
            {waitsFor === undefined ? null : (
              <p>
                <To ctx={ctx} href={paths.workItem(waitsFor.id)}>
                  {ctx.t('work.waits', { title: workTitle(ctx, waitsFor) })}
                </To>
              </p>
            )}
            <p class="second">{ctx.t('work.goneItself')}</p>
          </div>
        </Panel>
        <Panel title={ctx.t('work.rank')} context={ctx.fmt.number(total)} span={5}>
          <div class="body">
            <Facts rows={rankParts.map((part) => [ctx.t(`work.rank.${part}`), ctx.fmt.number(rank[part])])} />
            {isUrgent ? <p>{ctx.t('work.rank.first')}</p> : null}
          </div>
        </Panel>
        <Panel title={ctx.t('work.assignee')} context={row.assigneeName ?? ctx.t('work.unassigned')} span={5}>
          <PostForm ctx={ctx} action={paths.workItem(row.id)} class="body">
            <SelectField
              ctx={ctx}
              name="assignee"
              label={ctx.t('work.assignee')}
              value={props.assignee ?? ''}
              errors={errors}
              options={[
                { value: '', label: ctx.t('work.unassigned') },
                ...props.accounts.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
            <div>
              <Button name="action" value="assign" unavailable={unavailable}>
                {ctx.t('work.assign')}
              </Button>
            </div>
          </PostForm>
        </Panel>
        <Panel title={ctx.t('work.later')} span={7}>
          <PostForm ctx={ctx} action={paths.workItem(row.id)} class="body">
            {row.isPutOff ? (
              <div>
                <Button name="action" value="back" unavailable={unavailable}>
                  {ctx.t('work.back')}
                </Button>
              </div>
            ) : (
              <>
                <SelectField
                  ctx={ctx}
                  name="hours"
                  label={ctx.t('work.laterWhen')}
                  value="24"
                  errors={errors}
                  options={laterHours[row.band === 'now' ? 'now' : 'other'].map((n) => ({
                    value: String(n),
                    label: n < 48 ? ctx.t('work.hours', { n }) : ctx.t('work.days', { n: n / 24 }),
                  }))}
                />
                <TextField ctx={ctx} name="reason" label={ctx.t('work.laterReason')} maxLength={500} errors={errors} />
                <div>
                  <Button name="action" value="later" unavailable={unavailable}>
                    {ctx.t('work.putOff')}
                  </Button>
                </div>
              </>
            )}
          </PostForm>
        </Panel>
      </div>
    </Page>
  );
};
