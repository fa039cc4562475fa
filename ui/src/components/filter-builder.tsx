import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import type { FieldErrors, FilterOption, Message } from '../model.ts';
import { Button, SelectField, TextField } from './form.tsx';

// The one builder of filters: rows of a field, what is asked of it and a value, and one more to be added. It is part of a
// form, which a rule posts and a list gets; each button is a submit, so it works without JavaScript.

/** A field that can be asked for: how it is written, its words as a catalogue key or two, and what can be asked of it. */
export type AskedField = {
  readonly name: string;
  readonly label: Message;
  readonly of?: Message;
  /** A name that is shown as it is, in place of the label. */
  readonly text?: string;
  /** The usual first. */
  readonly ops: readonly string[];
  /** The values of a choice. */
  readonly options?: readonly FilterOption[];
  /** What is shown for a value that is not among the options. */
  readonly valueName?: (value: string) => string;
};

type FilterRow = { readonly field: string; readonly op: string; readonly value: string };

export type FilterBuilderProps = {
  readonly fields: readonly AskedField[];
  readonly rows: readonly FilterRow[];
  /** How the rows are joined, where it can be chosen. */
  readonly join?: 'and' | 'or' | undefined;
  /** The row to be added, as it was sent. */
  readonly added?: FilterRow | undefined;
  /** By `b.<number>`; that of the row to be added is the number of rows. */
  readonly errors?: FieldErrors | undefined;
};

/** Catalogue keys of operators; those that begin with `!` are opposites of what has none of its own. */
const opWords: Readonly<Record<string, string>> = {
  '=': 'is',
  '!=': 'isNot',
  contains: 'contains',
  '!contains': 'notContains',
  starts: 'starts',
  '!starts': 'notStarts',
  ends: 'ends',
  '<': 'less',
  '<=': 'atMost',
  '>': 'more',
  '>=': 'atLeast',
  in: 'in',
  '!in': 'notIn',
  older: 'older',
  newer: 'newer',
  before: 'before',
  after: 'after',
  unknown: 'unknown',
};

export const askedLabel = (ctx: Ctx, { label, of, text }: Pick<AskedField, 'label' | 'of' | 'text'>): string =>
  text !== undefined ? text : of === undefined ? ctx.say(label) : `${ctx.say(of)}: ${ctx.say(label)}`;

export const opText = (ctx: Ctx, op: string): string => ctx.tDynamic(`condition.op.${opWords[op] ?? 'is'}`);

/** What an option is called. */
export const optionText = (ctx: Ctx, { label, key, sentence }: FilterOption, value: string): string =>
  label ?? (sentence !== undefined ? ctx.outline(sentence) : key === undefined ? value : ctx.tDynamic(key, {}, value));

/** What a value of a field is called. */
export const askedValue = (ctx: Ctx, field: AskedField | undefined, value: string): string => {
  const option = field?.options?.find((one) => one.value === value);
  return option === undefined ? (field?.valueName?.(value) ?? value) : optionText(ctx, option, value);
};

const RowFields = ({
  ctx,
  at,
  row,
  fields,
  errors,
  isNew,
}: {
  ctx: Ctx;
  at: number;
  row: FilterRow;
  fields: readonly AskedField[];
  errors: FieldErrors | undefined;
  isNew: boolean;
}) => {
  const name = (part: string): string => `b.${at}.${part}`;
  const chosen = fields.find((one) => one.name === row.field);
  const field = isNew ? undefined : chosen;
  const fault = errors?.[`b.${at}`];
  const value = {
    ctx,
    name: name('value'),
    label: ctx.t('condition.value'),
    errors: fault === undefined ? undefined : { [name('value')]: fault },
  };
  return (
    <div class="row" role="group" aria-label={field === undefined ? ctx.t('condition.add') : askedLabel(ctx, field)}>
      {field === undefined ? (
        <SelectField
          name={name('field')}
          label={ctx.t('common.field')}
          value={row.field}
          options={[
            { value: '', label: '–' },
            ...fields.map((one) => ({ value: one.name, label: askedLabel(ctx, one) })),
          ]}
        />
      ) : (
        <div class="field">
          <input type="hidden" name={name('field')} value={field.name} />
          <span>{askedLabel(ctx, field)}</span>
        </div>
      )}
      <SelectField
        name={name('op')}
        label={ctx.t('common.comparison')}
        value={row.op}
        options={[
          ...(field === undefined ? [{ value: '', label: ctx.t('condition.usual') }] : []),
          ...(chosen?.ops ?? Object.keys(opWords)).map((op) => ({ value: op, label: opText(ctx, op) })),
        ]}
      />
      {/* Of a row to be added the choices are known once its field was sent. */}
      {chosen?.options === undefined ? (
        <TextField {...value} value={row.value} maxLength={500} />
      ) : (
        <SelectField
          {...value}
          value={row.value}
          options={[
            ...(chosen.options.some((option) => option.value === row.value)
              ? []
              : [{ value: row.value, label: row.value || '–' }]),
            ...chosen.options.map((option) => ({ value: option.value, label: askedValue(ctx, chosen, option.value) })),
          ]}
        />
      )}
      {isNew ? null : (
        <div>
          <Button small name="do" value={`remove:${at}`}>
            {ctx.t('common.remove')}
          </Button>
        </div>
      )}
    </div>
  );
};

/** Rows, one more to be added, and what else stands in the form beside them. */
export const FilterBuilder = ({
  builder,
  button,
  children,
}: {
  builder: FilterBuilderProps;
  button: string;
  children?: Child;
}) => {
  const ctx = useCtx();
  const { fields, rows, join, added = { field: '', op: '', value: '' }, errors } = builder;
  return (
    <fieldset>
      <legend>{ctx.t('condition.rows')}</legend>
      <div class="stack">
        {join === undefined || rows.length === 0 ? null : (
          <SelectField
            name="b.join"
            label={ctx.t('condition.join')}
            value={join}
            options={[
              { value: 'and', label: ctx.t('condition.joinAll') },
              { value: 'or', label: ctx.t('condition.joinAny') },
            ]}
          />
        )}
        {rows.map((row, at) => (
          <RowFields ctx={ctx} at={at} row={row} fields={fields} errors={errors} isNew={false} />
        ))}
        {children}
        <RowFields ctx={ctx} at={rows.length} row={added} fields={fields} errors={errors} isNew />
        <small>{ctx.t('condition.valueHint')}</small>
        <div>
          <Button name="do" value="add">
            {button}
          </Button>
        </div>
      </div>
    </fieldset>
  );
};
