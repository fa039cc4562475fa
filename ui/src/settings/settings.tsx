import {
  AreaField,
  Button,
  CheckField,
  CommentField,
  ErrorSummary,
  PostForm,
  SelectField,
  TextField,
} from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { type AskedByOne, SecondPerson } from '../components/second-person.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, When } from '../model.ts';
import { paths } from '../paths.ts';

export type SettingRow = {
  /** Texts: `setting.<name>.title`, `.help`, options `setting.<name>.option.<value>`. */
  readonly name: string;
  readonly type: 'text' | 'integer' | 'boolean' | 'choice' | 'list' | 'time-of-day';
  readonly unit?: 'bytes' | 'seconds' | 'minutes' | 'hours' | 'days' | undefined;
  readonly options?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly value: string | number | boolean | readonly string[];
  readonly standard: string | number | boolean | readonly string[];
  /** Changing it asks for a right of its own and, where there is one, a second person. */
  readonly safety: boolean;
  /** A change that waits for a second person; without a value, back to the default. */
  readonly waiting?:
    | ({
        readonly value: string | number | boolean | readonly string[] | undefined;
      } & AskedByOne)
    | undefined;
  readonly changed?: { readonly revision: number; readonly at: When; readonly who: string } | undefined;
};

/** POST to paths.settings({ area: area }): csrf, comment, one field per setting name (a check box that is off sends nothing). */
type SettingsProps = {
  readonly ctx: Ctx;
  readonly areas: readonly string[];
  readonly area: string;
  readonly settings: readonly SettingRow[];
  readonly errors?: FieldErrors;
};

const shownValue = (ctx: Ctx, setting: SettingRow, value: SettingRow['value']): string => {
  if (typeof value === 'boolean') return ctx.t(value ? 'common.on' : 'common.off');
  if (typeof value === 'number')
    return setting.unit === 'bytes'
      ? ctx.fmt.bytes(value)
      : setting.unit === undefined
        ? ctx.fmt.number(value)
        : ctx.tDynamic(`count.${setting.unit}`, { n: value });
  if (typeof value === 'string')
    return value === ''
      ? '–'
      : setting.type === 'choice'
        ? ctx.tDynamic(`setting.${setting.name}.option.${value}`)
        : value;
  return value.length === 0 ? '–' : value.join(', ');
};

const Limits = ({ ctx, setting }: { ctx: Ctx; setting: SettingRow }) => {
  const help = ctx.tDynamic(`setting.${setting.name}.help`, {}, '');
  const { min, max } = setting;
  const range =
    min === undefined || max === undefined || setting.type !== 'integer'
      ? ''
      : ctx.t('settings.range', { min: shownValue(ctx, setting, min), max: shownValue(ctx, setting, max) });
  return (
    <>
      {help} {range} {ctx.t('settings.standard', { value: shownValue(ctx, setting, setting.standard) })}
      {setting.safety ? ` ${ctx.t('settings.safety')}` : null}
      {setting.changed === undefined ? null : (
        <>
          {' '}
          {ctx.rich('common.changed', {
            who: <span translate="no">{setting.changed.who}</span>,
            at: <Time at={setting.changed.at} />,
            revision: (
              <To href={paths.objectRevisions('setting', setting.name)}>
                {ctx.t('objects.revisionN', { revision: setting.changed.revision })}
              </To>
            ),
          })}
        </>
      )}
    </>
  );
};

const Control = ({ ctx, setting }: { ctx: Ctx; setting: SettingRow }) => {
  const label = ctx.tDynamic(`setting.${setting.name}.title`);
  const unit = setting.unit === undefined ? '' : `, ${ctx.t(`settings.unit.${setting.unit}`)}`;
  const shared = { ctx, name: setting.name, hint: <Limits ctx={ctx} setting={setting} /> };
  const { value } = setting;
  switch (setting.type) {
    case 'boolean':
      return <CheckField {...shared} label={label} checked={value === true} />;
    case 'choice':
      return (
        <SelectField
          {...shared}
          label={label}
          value={String(value)}
          options={(setting.options ?? []).map((option) => ({
            value: option,
            label: ctx.tDynamic(`setting.${setting.name}.option.${option}`),
          }))}
        />
      );
    case 'list':
      return (
        <AreaField
          {...shared}
          label={`${label} (${ctx.t('settings.perLine')})`}
          value={Array.isArray(value) ? value.join('\n') : String(value)}
        />
      );
    case 'integer':
      return (
        <TextField
          {...shared}
          label={`${label}${unit}`}
          type="number"
          value={String(value)}
          min={setting.min}
          max={setting.max}
        />
      );
    case 'time-of-day':
      return <TextField {...shared} label={label} type="time" value={String(value)} />;
    case 'text':
      return <TextField {...shared} label={label} value={String(value)} maxLength={setting.max} />;
  }
};

/** A change that waits, and the two answers to it. */
const Waiting = ({ ctx, setting }: { ctx: Ctx; setting: SettingRow }) => {
  const { waiting } = setting;
  if (waiting === undefined) return null;
  return (
    <SecondPerson
      title={ctx.t('people.waiting.set')}
      asked={waiting}
      action={paths.settingDecide()}
      fields={{ setting: setting.name }}
      area="safety"
    >
      <Facts
        rows={[
          [
            ctx.tDynamic(`setting.${setting.name}.title`),
            <span translate="no">{shownValue(ctx, setting, waiting.value ?? setting.standard)}</span>,
          ],
        ]}
      />
    </SecondPerson>
  );
};

/** A form generated from declarations; every change is a revision. */
export const Settings = ({ ctx, areas, area, settings, errors }: SettingsProps) => (
  <Page ctx={ctx} title={ctx.t('nav.settings')} sub={ctx.t('settings.sub')}>
    <nav class="filters" aria-label={ctx.t('settings.areas')}>
      {areas.map((other) => (
        <a
          class={other === area ? 'chip on' : 'chip'}
          href={paths.settings({ area: other })}
          aria-current={other === area ? 'page' : undefined}
        >
          {ctx.tDynamic(`area.${other}`)}
        </a>
      ))}
    </nav>
    <ErrorSummary
      errors={errors}
      labels={Object.fromEntries(settings.map(({ name }) => [name, ctx.tDynamic(`setting.${name}.title`)]))}
    />
    {settings.map((setting) => (
      <Waiting ctx={ctx} setting={setting} />
    ))}
    <Panel title={ctx.tDynamic(`area.${area}`)} body>
      <PostForm action={paths.settings({ area: area })} class="form" errors={errors}>
        {settings.map((setting) => (
          <Control ctx={ctx} setting={setting} />
        ))}
        <CommentField />
        <div>
          <Button kind="primary" needs="settings:write">
            {ctx.t('settings.save')}
          </Button>
        </div>
      </PostForm>
    </Panel>
  </Page>
);
