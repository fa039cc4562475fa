import {
  AreaField,
  Button,
  Cancel,
  ChecksField,
  ErrorSummary,
  Hidden,
  LinkButton,
  PostForm,
  TextField,
} from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ChecklistLink, PatchStateMark } from './patch-marks.tsx';

type PlanWindow = { readonly id: string; readonly name: string; readonly from: number; readonly until: When };

const when = (ctx: Ctx, window: PlanWindow): string => ctx.fmt.period(window.from, window.until);

/** A plan of an outage. POST: window, from, name, patch repeated, notes. */
export const PlanNew = ({
  ctx,
  window,
  patches,
  values,
  errors,
}: {
  ctx: Ctx;
  window: PlanWindow;
  patches: readonly { readonly id: number; readonly label: string }[];
  values: { readonly name: string; readonly patches: readonly string[]; readonly notes: string };
  errors?: FieldErrors | undefined;
}) => (
  <Page
    ctx={ctx}
    title={ctx.t('windows.planTitle')}
    sub={`${window.name}: ${when(ctx, window)}`}
    crumbs={[{ label: ctx.t('windows.title'), href: paths.windows() }]}
  >
    <ErrorSummary errors={errors} labels={{ name: ctx.t('field.name'), notes: ctx.t('windows.planNotes') }} />
    <Panel body>
      <PostForm action={paths.planNew()} class="form" errors={errors}>
        <Hidden
          fields={[
            ['window', window.id],
            ['from', String(window.from)],
          ]}
        />
        <TextField name="name" label={ctx.t('field.name')} value={values.name} maxLength={200} required />
        {patches.length === 0 ? (
          <p class="second">{ctx.t('windows.planNone')}</p>
        ) : (
          <ChecksField
            name="patch"
            label={ctx.t('windows.planPatches')}
            hint={ctx.t('windows.planPatchesHint')}
            values={values.patches}
            options={patches.map(({ id, label }) => ({ value: String(id), label }))}
          />
        )}
        <AreaField name="notes" label={ctx.t('windows.planNotes')} value={values.notes} />
        <div class="row">
          <Button kind="primary">{ctx.t('windows.planSave')}</Button>
          <Cancel href={paths.windows()} />
        </div>
      </PostForm>
    </Panel>
  </Page>
);

export type PlanRow = {
  readonly patch: number;
  readonly patchId: string;
  readonly state: string;
  readonly controller: string | undefined;
  readonly name: string | undefined;
  readonly openChecks: number;
};

/** What is done in one outage, and whether everything is ready for it. */
export const PlanPage = ({
  ctx,
  plan,
  window,
  rows,
}: {
  ctx: Ctx;
  plan: { readonly id: string; readonly name: string; readonly state: string; readonly notes: string };
  window: PlanWindow | undefined;
  rows: readonly PlanRow[];
}) => (
  <Page
    ctx={ctx}
    title={plan.name}
    untranslatedTitle
    mark={<Tag>{ctx.tDynamic(`kind.outage-plan.option.state.${plan.state}`)}</Tag>}
    crumbs={[{ label: ctx.t('windows.title'), href: paths.windows() }]}
    actions={
      <LinkButton href={paths.object('outage-plan', plan.id)} needs="controllers:write">
        {ctx.t('windows.planEdit')}
      </LinkButton>
    }
  >
    <Panel body>
      <Facts
        rows={[
          [ctx.t('windows.name'), window === undefined ? '–' : `${window.name}: ${when(ctx, window)}`],
          [ctx.t('windows.planNotes'), plan.notes || '–'],
        ]}
      />
    </Panel>
    <Panel title={ctx.t('windows.planRows')}>
      {rows.length === 0 ? (
        <Empty title={ctx.t('patches.none')} />
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('windows.planRows')}
          rows={rows}
          records="labelled"
          columns={[
            column('patch', ctx.t('patches.patch'), { head: true, any: true }, (row) => (
              <To href={paths.patch(row.patch)} translate="no">
                {row.patchId}
              </To>
            )),
            column('state', ctx.t('field.state'), (row) => <PatchStateMark ctx={ctx} state={row.state} />),
            column('controller', ctx.t('common.controller'), { any: true }, (row) => (
              <span translate="no">{row.name ?? '–'}</span>
            )),
            column('checks', ctx.t('patches.checklist'), (row) =>
              row.controller === undefined ? (
                <span class="dim">–</span>
              ) : (
                <ChecklistLink
                  ctx={ctx}
                  href={paths.patchCheck(row.patch, row.controller)}
                  openChecks={row.openChecks}
                />
              ),
            ),
          ]}
        />
      )}
    </Panel>
  </Page>
);
