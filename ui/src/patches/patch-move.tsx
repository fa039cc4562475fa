import {
  AreaField,
  Button,
  Cancel,
  ErrorSummary,
  Hidden,
  PostForm,
  SelectField,
  TextField,
} from '../components/form.tsx';
import { Notice, Panel } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

type WindowChoice = {
  readonly window: string;
  readonly name: string;
  readonly from: When;
  readonly until: When;
  readonly tellBy: When;
  readonly late: boolean;
};

type PatchMoveProps = {
  readonly ctx: Ctx;
  readonly patch: { readonly id: number; readonly patchId: string };
  readonly to: string;
  /** What the move has to bring. */
  readonly wanted: readonly string[];
  readonly roles: readonly string[];
  /** What keeps it from happening now, in words. */
  readonly closed: readonly { readonly reason: string; readonly controllers: string }[];
  readonly windows: readonly WindowChoice[];
  readonly values: Readonly<Record<string, string>>;
  readonly errors?: FieldErrors | undefined;
};

const tested = ['bench', 'spare', 'simulation', 'vendor-statement', 'none'] as const;

const Field = (props: PatchMoveProps & { name: string }) => {
  const { ctx, name, values } = props;
  const label = ctx.tDynamic(`patches.field.${name}`);
  if (name === 'testedOn')
    return (
      <SelectField
        name={name}
        label={label}
        value={values[name] ?? ''}
        options={tested.map((value) => ({ value, label: ctx.t(`patches.tested.${value}`) }))}
      />
    );
  if (name === 'until' || name === 'installedAt')
    return (
      <TextField
        name={name}
        type="datetime-local"
        label={label}
        hint={ctx.t('patches.timeHint')}
        value={values[name] ?? ''}
      />
    );
  if (name === 'window')
    return (
      <SelectField
        name="window"
        label={label}
        value={values['window'] ?? ''}
        options={[
          { value: '', label: ctx.t('patches.chooseWindow') },
          ...props.windows.map((one) => ({
            value: `${one.window} ${one.from}`,
            label: `${one.name}: ${ctx.fmt.period(one.from, one.until)}${one.late ? ` – ${ctx.t('windows.tellPast')}` : ''}`,
          })),
        ]}
      />
    );
  return <TextField name={name} label={label} value={values[name] ?? ''} maxLength={500} />;
};

/** A move with what it has to bring. POST fields: to, reason, and the names of the evidence. */
export const PatchMove = (props: PatchMoveProps) => {
  const { ctx, patch, to, wanted, roles, closed, values, errors } = props;
  const named = wanted.filter((name) => name !== 'windowFrom' && name !== 'reference-or-file');
  const labels = Object.fromEntries(
    [...named, 'reference', 'files'].map((name) => [name, ctx.tDynamic(`patches.field.${name}`)]),
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('patches.moveTitle', { patch: patch.patchId, to: ctx.tDynamic(`patches.to.${to}`) })}
      crumbs={[
        { label: ctx.t('patches.title'), href: paths.patches() },
        { label: patch.patchId, href: paths.patch(patch.id) },
      ]}
    >
      <ErrorSummary errors={errors} labels={{ ...labels, reason: ctx.t('field.reason') }} />
      {closed.length === 0 ? null : (
        <Notice level="warning" title={ctx.t('patches.notNow')} alert={errors !== undefined}>
          {closed.map(({ reason, controllers }) => ctx.tDynamic(`patches.why.${reason}`, { controllers })).join(' ')}
        </Notice>
      )}
      <Panel body>
        {roles.length === 0 ? null : (
          <p>{ctx.t('patches.signs', { roles: roles.map((one) => ctx.tDynamic(`patches.role.${one}`)).join(', ') })}</p>
        )}
        <PostForm action={paths.patchMove(patch.id)} class="form" errors={errors}>
          <Hidden fields={[['to', to]]} />
          <AreaField
            name="reason"
            label={ctx.t('field.reason')}
            hint={ctx.t('patches.reasonHint')}
            value={values['reason'] ?? ''}
            rows={2}
            maxLength={1_000}
            required
          />
          {named.map((name) => (
            <Field {...props} name={name} />
          ))}
          <TextField
            name="reference"
            label={ctx.t('patches.field.reference')}
            value={values['reference'] ?? ''}
            maxLength={500}
          />
          <AreaField
            name="files"
            label={ctx.t('patches.field.files')}
            hint={ctx.t('patches.field.filesHint')}
            value={values['files'] ?? ''}
            rows={2}
          />
          <div class="row">
            <Button kind="primary">
              {roles.length === 0 ? ctx.tDynamic(`patches.to.${to}`) : ctx.t('patches.ask')}
            </Button>
            <Cancel href={paths.patch(patch.id)} />
          </div>
        </PostForm>
      </Panel>
    </Page>
  );
};
