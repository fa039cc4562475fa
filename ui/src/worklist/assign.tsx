import type { Child } from 'hono/jsx';
import { Button, Hidden, PostForm, SelectField } from '../components/form.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';

/** Work that can be given to a person. */
export type Assignable = {
  /** Of the worklist: `kind.key`. */
  readonly id: string;
  /** Id and name of who has it. */
  readonly assignee?: string | undefined;
  readonly assigneeName?: string | undefined;
  /** Who may be given it. */
  readonly accounts: readonly Reference[];
};

/** Gives work to a person, or to no one. `back`: where to go then; without it the list with the work. */
export const AssignForm = ({
  ctx,
  work,
  back,
  errors,
  children,
}: {
  ctx: Ctx;
  work: Assignable;
  back?: string;
  errors?: FieldErrors | undefined;
  children?: Child;
}) => (
  <details name="work-act" open={errors?.['assignee'] !== undefined}>
    <summary>
      {ctx.t('work.assign')}: {work.assigneeName ?? ctx.t('work.unassigned')}
    </summary>
    <PostForm action={paths.workItem(work.id)} class="stack" errors={errors}>
      {back === undefined ? null : <Hidden fields={[['back', back]]} />}
      <SelectField
        name="assignee"
        label={ctx.t('work.assignee')}
        value={work.assignee ?? ''}
        options={[
          { value: '', label: ctx.t('work.unassigned') },
          ...work.accounts.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {children}
      <div>
        <Button name="action" value="assign" needs="work:write">
          {ctx.t('work.assign')}
        </Button>
      </div>
    </PostForm>
  </details>
);
