import type { Ctx } from '../context.ts';
import type { FieldErrors, Message, Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { Button, SelectField, TextField } from './form.tsx';
import { Panel } from './panel.tsx';
import { DataTable } from './table.tsx';

/** A field that can be asked for: how it is written, and its words as a catalogue key or two. */
export type AskedField = { readonly name: string; readonly label: Message; readonly of?: Message };

export type FoundDevices = { readonly total: number; readonly first: readonly Reference[] };

/** What a text finds now. */
export type Tried =
  | { readonly kind: 'devices'; readonly found: FoundDevices }
  | { readonly kind: 'lines'; readonly lines: readonly { readonly text: string; readonly found: FoundDevices }[] }
  | {
      readonly kind: 'moves';
      readonly found: FoundDevices;
      readonly total: number;
      readonly moves: readonly {
        readonly device: Reference;
        readonly rule: string;
        readonly from: string | undefined;
        readonly to: string;
      }[];
    };

export type ConditionHelpProps = {
  readonly fields: readonly AskedField[];
  /** `b.join`, `b.field`, `b.op`, `b.value`, and of a set `b.level`, `b.reason`, as they were sent. */
  readonly values: Readonly<Record<string, string>>;
  readonly errors?: FieldErrors | undefined;
  /** A set of status conditions: a line has a level and a reason. */
  readonly lines: boolean;
  readonly levels: readonly string[];
  /** Of a set: the conditions that hold where nobody replaces them. */
  readonly builtIn?: string | undefined;
  readonly tried?: Tried | undefined;
};

const operators = [
  ['=', 'is'],
  ['!=', 'isNot'],
  ['contains', 'contains'],
  ['starts', 'starts'],
  ['ends', 'ends'],
  ['<', 'less'],
  ['<=', 'atMost'],
  ['>', 'more'],
  ['>=', 'atLeast'],
  ['in', 'in'],
  ['older', 'older'],
  ['newer', 'newer'],
  ['before', 'before'],
  ['after', 'after'],
  ['unknown', 'unknown'],
] as const;

const joins = [
  ['and', 'condition.and'],
  ['or', 'condition.or'],
  ['and not', 'condition.andNot'],
  ['or not', 'condition.orNot'],
] as const;

const labelOf = (ctx: Ctx, field: AskedField): string =>
  field.of === undefined ? ctx.say(field.label) : `${ctx.say(field.of)}: ${ctx.say(field.label)}`;

/** Adds a comparison to the text without a line of it being typed; part of the form. */
export const ConditionBuilder = ({ ctx, help }: { ctx: Ctx; help: ConditionHelpProps }) => {
  const { values, errors } = help;
  const shared = (name: string) => ({ ctx, name, value: values[name] ?? '', errors });
  return (
    <fieldset class="field">
      <legend>{ctx.t('condition.add')}</legend>
      <div class="form">
        {help.lines ? (
          <>
            <SelectField
              {...shared('b.level')}
              label={ctx.t('condition.level')}
              options={help.levels.map((level) => ({ value: level, label: ctx.tDynamic(`level.${level}`) }))}
            />
            <TextField {...shared('b.reason')} label={ctx.t('condition.reason')} maxLength={200} />
          </>
        ) : (
          <SelectField
            {...shared('b.join')}
            label={ctx.t('condition.join')}
            options={joins.map(([value, key]) => ({ value, label: ctx.t(key) }))}
          />
        )}
        <SelectField
          {...shared('b.field')}
          label={ctx.t('condition.field')}
          options={help.fields.map((field) => ({ value: field.name, label: labelOf(ctx, field) }))}
        />
        <SelectField
          {...shared('b.op')}
          label={ctx.t('condition.operator')}
          options={operators.map(([value, name]) => ({ value, label: ctx.t(`condition.op.${name}`) }))}
        />
        <TextField
          {...shared('b.value')}
          label={ctx.t('condition.value')}
          hint={ctx.t('condition.valueHint')}
          maxLength={500}
        />
        <div>
          <Button name="do" value="add">
            {ctx.t('condition.addButton')}
          </Button>
        </div>
      </div>
    </fieldset>
  );
};

const Found = ({ ctx, found }: { ctx: Ctx; found: FoundDevices }) =>
  found.total === 0 ? (
    <span class="dim">{ctx.t('condition.noMatch')}</span>
  ) : (
    <span>
      <strong>{ctx.t('condition.matches', { n: found.total })}</strong>
      {': '}
      {found.first.map((device, index) => (
        <>
          {index === 0 ? '' : ', '}
          <a href={paths.device(device.id)} translate="no">
            {device.name}
          </a>
        </>
      ))}
      {found.total > found.first.length ? `, ${ctx.t('condition.more', { n: found.total - found.first.length })}` : ''}
    </span>
  );

/** What a text finds now, before anything is saved. */
export const ConditionTried = ({ ctx, tried }: { ctx: Ctx; tried: Tried }) => (
  <Panel title={ctx.t('condition.tried')} context={ctx.t('condition.notSaved')} id="tried">
    <div class="body" role="status">
      {tried.kind === 'lines' ? null : (
        <p>
          <Found ctx={ctx} found={tried.found} />
        </p>
      )}
      {tried.kind === 'moves' ? (
        <p>{tried.total === 0 ? ctx.t('condition.noMoves') : ctx.t('condition.moves', { n: tried.total })}</p>
      ) : null}
    </div>
    {tried.kind === 'lines' ? (
      <DataTable
        ctx={ctx}
        caption={ctx.t('condition.tried')}
        rows={tried.lines}
        columns={[
          {
            key: 'line',
            label: ctx.t('condition.line'),
            any: true,
            cell: (line) => <code translate="no">{line.text}</code>,
          },
          { key: 'devices', label: ctx.t('condition.devices'), cell: (line) => <Found ctx={ctx} found={line.found} /> },
        ]}
      />
    ) : null}
    {tried.kind === 'moves' && tried.total > 0 ? (
      <DataTable
        ctx={ctx}
        caption={ctx.t('condition.moves', { n: tried.total })}
        rows={tried.moves}
        columns={[
          {
            key: 'device',
            label: ctx.t('devices.device'),
            cell: (move) => (
              <a href={paths.device(move.device.id)} translate="no">
                {move.device.name}
              </a>
            ),
          },
          { key: 'from', label: ctx.t('condition.movesFrom'), cell: (move) => <span>{move.from ?? '–'}</span> },
          { key: 'to', label: ctx.t('condition.movesTo'), cell: (move) => <span translate="no">{move.to}</span> },
          { key: 'rule', label: ctx.t('condition.movesBy'), cell: (move) => <span translate="no">{move.rule}</span> },
        ]}
      />
    ) : null}
  </Panel>
);

const example = `name starts pump and not (os = windows or handTag = spare)
some software (name = openssl and version < "3.0.17")
address in 10.4.0.0/16 and lastSeen older 30d`;

/** How a text is written, and every field by its name. */
export const ConditionLanguage = ({ ctx, help }: { ctx: Ctx; help: ConditionHelpProps }) => (
  <>
    {help.builtIn === undefined ? null : (
      <Panel title={ctx.t('condition.builtIn')} context={ctx.t('condition.builtInText')}>
        <pre class="body" translate="no">
          {help.builtIn}
        </pre>
      </Panel>
    )}
    <Panel title={ctx.t('condition.language')}>
      <div class="body">
        <p>{ctx.t('condition.languageText')}</p>
        <pre translate="no">{example}</pre>
        <details>
          <summary>{ctx.t('condition.fields')}</summary>
          <dl class="facts">
            {help.fields.map((field) => (
              <>
                <dt>
                  <code translate="no">{field.name}</code>
                </dt>
                <dd>{labelOf(ctx, field)}</dd>
              </>
            ))}
          </dl>
        </details>
      </div>
    </Panel>
  </>
);
