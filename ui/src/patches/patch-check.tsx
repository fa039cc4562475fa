import { Button, ErrorSummary, Hidden, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type CheckRow = {
  readonly item: string;
  /** What it asks for beside the answer. */
  readonly wants: 'version' | 'sha256' | 'text' | undefined;
  readonly answer: string | undefined;
  readonly note: string;
  readonly value: string | null;
  readonly who: string | undefined;
  readonly at: When | undefined;
  readonly fault: string | undefined;
};

type PatchCheckProps = {
  readonly ctx: Ctx;
  readonly patch: { readonly id: number; readonly patchId: string };
  readonly controller: { readonly id: string; readonly name: string };
  readonly rows: readonly CheckRow[];
  readonly closed: boolean;
  readonly errors?: FieldErrors | undefined;
};

const answers = ['yes', 'no', 'not-applicable'] as const;

/** The checklist of one patch on one controller; each item is a form of its own, answered by its sender. */
export const PatchCheck = ({ ctx, patch, controller, rows, closed, errors }: PatchCheckProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('patches.checkTitle', { controller: controller.name })}
    crumbs={[
      { label: ctx.t('patches.title'), href: paths.patches() },
      { label: patch.patchId, href: paths.patch(patch.id) },
    ]}
  >
    <ErrorSummary errors={errors} />
    <Panel>
      <DataTable<(typeof rows)[number]>
        caption={ctx.t('patches.checklist')}
        rows={rows}
        records="labelled"
        columns={[
          column('item', ctx.t('patches.item'), { head: true, any: true }, (row) =>
            ctx.tDynamic(`patches.item.${row.item}`),
          ),
          column('state', ctx.t('field.state'), (row) => (
            <Status level={row.fault === undefined ? 'done' : row.answer === undefined ? 'waiting' : 'warning'}>
              {row.fault === undefined ? ctx.t('patches.checklistDone') : ctx.tDynamic(`patches.fault.${row.fault}`)}
            </Status>
          )),
          column('answer', ctx.t('patches.answer'), { any: true }, (row) =>
            row.answer === undefined ? (
              <span class="dim">–</span>
            ) : (
              <>
                {ctx.tDynamic(`patches.answer.${row.answer}`)} <span translate="no">{row.value ?? ''}</span>
                {row.note === '' ? null : <div class="small">{row.note}</div>}
                <div class="small second">
                  {ctx.t('common.whoAt', { who: row.who ?? '', at: ctx.fmt.dateTime(row.at ?? 0) })}
                </div>
              </>
            ),
          ),
        ]}
      />
    </Panel>
    {closed
      ? null
      : rows.map((row) => (
          <Panel title={ctx.tDynamic(`patches.item.${row.item}`)} body>
            <PostForm action={paths.patchCheck(patch.id, controller.id)} class="form">
              <Hidden fields={[['item', row.item]]} />
              <SelectField
                id={`f-answer-${row.item}`}
                name="answer"
                label={ctx.t('patches.answer')}
                value={row.answer ?? ''}
                options={[
                  // Nothing is answered for a person.
                  ...(row.answer === undefined ? [{ value: '', label: ctx.t('patches.answer.choose') }] : []),
                  ...answers.map((value) => ({ value, label: ctx.t(`patches.answer.${value}`) })),
                ]}
                required
              />
              {row.wants === undefined ? null : (
                <TextField
                  id={`f-value-${row.item}`}
                  name="value"
                  label={ctx.t(`patches.value.${row.wants}`)}
                  value={row.value ?? ''}
                  maxLength={200}
                  spellcheck={false}
                />
              )}
              <TextField
                id={`f-note-${row.item}`}
                name="note"
                label={ctx.t('field.note')}
                value={row.note}
                maxLength={500}
              />
              <div>
                <Button needs="controllers:write">{ctx.t('patches.save')}</Button>
              </div>
            </PostForm>
          </Panel>
        ))}
  </Page>
);
