import { Button, ErrorSummary, PostForm, SelectField, TextField, withoutRight } from '../components/form.tsx';
import { Panel } from '../components/panel.tsx';
import { column, DataTable } from '../components/table.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors } from '../model.ts';
import { paths } from '../paths.ts';
import { fieldLabel } from './controller-outcomes.tsx';

export type ColumnsView = {
  readonly encoding: string;
  readonly encodings: readonly string[];
  readonly delimiter: string;
  readonly delimiters: readonly string[];
  /** Names of kept mappings, and the chosen one. */
  readonly mappings: readonly string[];
  readonly mapping: string;
  readonly keep: string;
  readonly columns: readonly {
    readonly heading: string;
    /** '' for a column that is left out. */
    readonly target: string;
    readonly samples: readonly string[];
  }[];
  /** Fields by their part. */
  readonly choices: readonly { readonly part: string; readonly field: string }[];
  readonly errors?: FieldErrors | undefined;
};

const maxSample = 60;

const choiceLabel = (ctx: Ctx, { part, field }: ColumnsView['choices'][number]): string =>
  part === 'custom'
    ? field.slice(field.indexOf(':') + 1)
    : field === 'parent'
      ? ctx.t('imports.column.parent')
      : fieldLabel(ctx, part, field);

/** How a table is read: its characters and delimiter, and what each column holds, beside its first rows. */
export const ControllerColumns = ({ ctx, id, view }: { ctx: Ctx; id: string; view: ColumnsView }) => {
  const write = withoutRight(ctx, 'controllers:write');
  const options = [
    { value: '', label: ctx.t('imports.column.none') },
    ...view.choices.map((choice) => ({ value: choice.field, label: choiceLabel(ctx, choice) })),
  ];
  const named = (prefix: 'encoding' | 'delimiter', values: readonly string[]) =>
    values.map((value) => ({ value, label: ctx.tDynamic(`kind.controller-csv-mapping.option.${prefix}.${value}`) }));
  return (
    <PostForm action={paths.controllerImportColumns(id)} errors={view.errors}>
      <ErrorSummary labels={{ keep: ctx.t('imports.mapping.keep') }} />
      <Panel title={ctx.t('imports.columnsTitle')} context={ctx.t('imports.columnsWhy')}>
        <div class="body form">
          <SelectField
            name="mapping"
            label={ctx.t('imports.mapping')}
            value={view.mapping}
            options={[
              { value: '', label: ctx.t('imports.mapping.guess') },
              ...view.mappings.map((name) => ({ value: name, label: name })),
            ]}
          />
          <SelectField
            name="encoding"
            label={ctx.t('imports.encoding')}
            value={view.encoding}
            options={named('encoding', view.encodings)}
          />
          <SelectField
            name="delimiter"
            label={ctx.t('imports.delimiter')}
            value={view.delimiter}
            options={named('delimiter', view.delimiters)}
          />
          <div>
            <Button name="what" value="again" unavailable={write}>
              {ctx.t('imports.columns.again')}
            </Button>
          </div>
        </div>
        <DataTable<(typeof view.columns)[number] & { index: number }>
          caption={ctx.t('imports.columnsTitle')}
          rows={view.columns.map((column, index) => ({ ...column, index }))}
          records="labelled"
          columns={[
            column('heading', ctx.t('imports.column.heading'), { head: true, any: true }, (row) => (
              <span translate="no">{row.heading === '' ? '–' : row.heading}</span>
            )),
            column('holds', ctx.t('imports.column.holds'), (row) => (
              <>
                <input type="hidden" name={`heading-${row.index}`} value={row.heading} />
                <select
                  class="input"
                  name={`target-${row.index}`}
                  id={`f-target-${row.index}`}
                  aria-label={ctx.t('imports.column.choose', { heading: row.heading })}
                >
                  {options.map(({ value, label }) => (
                    <option value={value} selected={value === row.target}>
                      {label}
                    </option>
                  ))}
                </select>
              </>
            )),
            column('examples', ctx.t('imports.column.examples'), { any: true }, (row) => (
              <span class="small second" translate="no">
                {row.samples
                  .filter((text) => text.trim() !== '')
                  .slice(0, 3)
                  .map((text) => (text.length > maxSample ? `${text.slice(0, maxSample)}…` : text))
                  .join(' · ')}
              </span>
            )),
          ]}
        />
        <div class="body form">
          <TextField
            name="keep"
            label={ctx.t('imports.mapping.keep')}
            hint={ctx.t('imports.mapping.keepHint')}
            value={view.keep}
            maxLength={100}
          />
          <div class="row">
            <Button kind="primary" name="what" value="compare" unavailable={write} busy={ctx.t('common.working')}>
              {ctx.t('imports.columns.compare')}
            </Button>
          </div>
        </div>
      </Panel>
    </PostForm>
  );
};
