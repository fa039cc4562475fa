import { Empty } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, Verbatim } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { sourceName } from '../controller-source.ts';
import type { When } from '../model.ts';

/** Tables of one version that a value was worked out with; the words are `controllers.table.<table>`. */
export type DerivedWith = { readonly version: string; readonly tables: readonly string[] };

export type SupersededFact = {
  /** Null: there is an error instead. */
  readonly value: string | null;
  readonly reason: string | null;
  readonly side: 'observed' | 'configured';
  readonly source: string;
  readonly derivedWith: readonly DerivedWith[];
  readonly at: When;
  /** Key `controllers.rule.<rule>`. */
  readonly rule: string;
};

export type ControllerFact = {
  /** Catalogue key of the label. */
  readonly label: string;
  readonly observed?: string | undefined;
  readonly configured?: string | undefined;
  readonly differs: boolean;
  /** Declared choices have words. */
  readonly words?: string | undefined;
  readonly source: string;
  readonly derivedWith: readonly DerivedWith[];
  readonly at: When;
  /** Held whatever a device says. */
  readonly locked: boolean;
  readonly superseded: readonly SupersededFact[];
};

export type ControllerFactGroup = { readonly title: string; readonly facts: readonly ControllerFact[] };

/** Where a value is from; for one that was worked out, with which tables too. */
const sourceText = (ctx: Ctx, { source, derivedWith }: Pick<ControllerFact, 'source' | 'derivedWith'>): string =>
  [
    sourceName(ctx, source),
    ...derivedWith.map(({ version, tables }) =>
      ctx.t('controllers.derivedWith', {
        version,
        tables: tables.map((table) => ctx.tDynamic(`controllers.table.${table}`, {}, table)).join(', '),
      }),
    ),
  ].join(', ');

type Line = ControllerFact & { readonly group: string };

const Value = ({ ctx, line, value }: { ctx: Ctx; line: Line; value: string | undefined }) =>
  value === undefined ? (
    <span class="dim">–</span>
  ) : line.words === undefined ? (
    <Verbatim>{value}</Verbatim>
  ) : (
    <span>{ctx.tDynamic(`${line.words}.${value}`, {}, value)}</span>
  );

/** Field by field: what was read, what was planned, from where and how old; below it what lost and by which rule. */
export const ControllerFacts = ({
  ctx,
  groups,
  showSuperseded,
}: {
  ctx: Ctx;
  groups: readonly ControllerFactGroup[];
  showSuperseded: boolean;
}) => {
  const lines: Line[] = groups.flatMap((group) =>
    group.facts.map((fact) => ({ ...fact, group: ctx.tDynamic(group.title) })),
  );
  if (lines.length === 0) return <Empty title={ctx.t('controllers.noFacts')}>{ctx.t('controllers.noFactsWhy')}</Empty>;
  return (
    <DataTable<(typeof lines)[number]>
      caption={ctx.t('controllers.facts')}
      rows={lines}
      group={(line) => line.group}
      columns={[
        column('field', ctx.t('common.field'), (line) => <span class="second">{ctx.tDynamic(line.label)}</span>),
        column('observed', ctx.t('controllers.observed'), { any: true }, (line) =>
          line.differs ? (
            <Status level="warning">
              <Value ctx={ctx} line={line} value={line.observed} />
            </Status>
          ) : (
            <Value ctx={ctx} line={line} value={line.observed} />
          ),
        ),
        column('configured', ctx.t('controllers.configured'), { any: true }, (line) => (
          <Value ctx={ctx} line={line} value={line.configured} />
        )),
        column('source', ctx.t('controllers.source'), { hideNarrow: true }, (line) => (
          <span class="second">
            {sourceText(ctx, line)}
            {line.locked ? `, ${ctx.t('controllers.locked')}` : ''}
          </span>
        )),
        column('age', ctx.t('controllers.age'), { num: true, hideNarrow: true }, (line) => (
          <span class="second">
            <Age at={line.at} />
          </span>
        )),
      ]}
      open={(line) =>
        showSuperseded && line.superseded.length > 0 ? (
          <ul class="small second">
            {line.superseded.map((fact) => (
              <li>
                {ctx.t(fact.side === 'observed' ? 'controllers.observed' : 'controllers.configured')},{' '}
                {sourceText(ctx, fact)}:{' '}
                {fact.value === null ? (
                  <span>{ctx.t('controllers.refused', { reason: fact.reason ?? '–' })}</span>
                ) : (
                  <span translate="no">{fact.value}</span>
                )}
                , <Age at={fact.at} />. {ctx.tDynamic(`controllers.rule.${fact.rule}`)}
              </li>
            ))}
          </ul>
        ) : undefined
      }
    />
  );
};
