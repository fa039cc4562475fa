import { type Ctx, useCtx } from '../context.ts';
import type { Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { askedLabel, FilterBuilder, type FilterBuilderProps } from './filter-builder.tsx';
import { SelectField, TextField } from './form.tsx';
import { Panel } from './panel.tsx';
import { column, DataTable } from './table.tsx';
import { To } from './text.tsx';

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
  readonly builder: FilterBuilderProps;
  /** The text that the rows say; absent where it says more than rows can. */
  readonly was?: string | undefined;
  /** A set of status conditions: a line has a level and a reason. */
  readonly lines: boolean;
  readonly levels: readonly string[];
  /** `b.level` and `b.reason` as they were sent. */
  readonly sent?: { readonly level: string; readonly reason: string } | undefined;
  /** Of a set: the conditions that hold unless replaced. */
  readonly builtIn?: string | undefined;
  readonly tried?: Tried | undefined;
};

/** The rows of the text, and one to be added without a line of it being typed; part of the form. */
export const ConditionBuilder = ({ help }: { help: ConditionHelpProps }) => {
  const ctx = useCtx();
  return (
    <FilterBuilder builder={help.builder} button={ctx.t('condition.addButton')}>
      {help.was === undefined ? (
        help.lines ? null : (
          <p>{ctx.t('condition.notRows')}</p>
        )
      ) : (
        <input type="hidden" name="b.was" value={help.was} />
      )}
      {help.lines ? (
        <>
          <SelectField
            name="b.level"
            label={ctx.t('common.level')}
            value={help.sent?.level}
            options={help.levels.map((level) => ({ value: level, label: ctx.tDynamic(`level.${level}`) }))}
          />
          <TextField
            name="b.reason"
            label={ctx.t('condition.reason')}
            value={help.sent?.reason ?? ''}
            maxLength={200}
          />
        </>
      ) : null}
    </FilterBuilder>
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
          <To href={paths.device(device.id)} translate="no">
            {device.name}
          </To>
        </>
      ))}
      {found.total > found.first.length ? `, ${ctx.t('common.andMore', { n: found.total - found.first.length })}` : ''}
    </span>
  );

/** What a text finds now, before anything is saved. */
export const ConditionTried = ({ tried }: { tried: Tried }) => {
  const ctx = useCtx();
  return (
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
        <DataTable<(typeof tried.lines)[number]>
          caption={ctx.t('condition.tried')}
          rows={tried.lines}
          columns={[
            column('line', ctx.t('field.condition'), { any: true }, (line) => <code translate="no">{line.text}</code>),
            {
              key: 'devices',
              label: ctx.t('common.devices'),
              cell: (line) => <Found ctx={ctx} found={line.found} />,
            },
          ]}
        />
      ) : null}
      {tried.kind === 'moves' && tried.total > 0 ? (
        <DataTable<(typeof tried.moves)[number]>
          caption={ctx.t('condition.moves', { n: tried.total })}
          rows={tried.moves}
          columns={[
            column('device', ctx.t('field.device'), (move) => (
              <To href={paths.device(move.device.id)} translate="no">
                {move.device.name}
              </To>
            )),
            { key: 'from', label: ctx.t('common.from'), cell: (move) => <span>{move.from ?? '–'}</span> },
            { key: 'to', label: ctx.t('common.to'), cell: (move) => <span translate="no">{move.to}</span> },
            { key: 'rule', label: ctx.t('condition.movesBy'), cell: (move) => <span translate="no">{move.rule}</span> },
          ]}
        />
      ) : null}
    </Panel>
  );
};

const example = `name starts pump and not (os = windows or handTag = spare)
some software (name = openssl and version < "3.0.17")
address in 10.4.0.0/16 and lastSeen older 30d`;

/** How a text is written, and every field by its name. */
export const ConditionLanguage = ({ help }: { help: ConditionHelpProps }) => {
  const ctx = useCtx();
  return (
    <>
      {help.builtIn === undefined ? null : (
        <Panel title={ctx.t('condition.builtIn')} context={ctx.t('condition.builtInText')}>
          <pre class="body" translate="no">
            {help.builtIn}
          </pre>
        </Panel>
      )}
      <Panel title={ctx.t('condition.language')} body>
        <p>{ctx.t('condition.languageText')}</p>
        <pre translate="no">{example}</pre>
        <details>
          <summary>{ctx.t('condition.fields')}</summary>
          <dl class="facts">
            {help.builder.fields.map((field) => (
              <>
                <dt>
                  <code translate="no">{field.name}</code>
                </dt>
                <dd>{askedLabel(ctx, field)}</dd>
              </>
            ))}
          </dl>
        </details>
      </Panel>
    </>
  );
};
