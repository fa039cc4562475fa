import { DiffLine } from '../components/changes.tsx';
import { Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Level } from '../model.ts';

type OutcomeName = 'new' | 'changed' | 'unchanged' | 'replaced' | 'conflict' | 'refused';

type OutcomeRow = {
  readonly label: string;
  readonly outcome: OutcomeName;
  readonly changes: readonly {
    /** `controller`, or the type and the key of a part. */
    readonly part: string;
    readonly field: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly lost?: string | undefined;
  }[];
  readonly proposals: number;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
};

type PlaceRow = { readonly where: string; readonly code: string; readonly detail: string };

type ControlRow = {
  readonly what: string;
  readonly detail: string;
  readonly to: string;
  readonly from: string;
  readonly firstMs: number;
  readonly packet: number;
  readonly count: number;
};

export type OutcomeView = {
  readonly rows: readonly OutcomeRow[];
  readonly total: number;
  readonly counts: {
    readonly created: number;
    readonly changed: number;
    readonly unchanged: number;
    readonly replaced: number;
    readonly conflicts: number;
    readonly refused: number;
  };
  readonly looked: number;
  readonly unread: number;
  readonly places: readonly PlaceRow[];
  readonly placesTotal: number;
  readonly control: readonly ControlRow[];
  readonly missing: number;
};

const levels: Readonly<Record<OutcomeName, Level>> = {
  new: 'info',
  changed: 'warning',
  unchanged: 'ok',
  replaced: 'warning',
  conflict: 'critical',
  refused: 'critical',
};

/** The collection whose words name a field. */
const collectionOf = (part: string): string => {
  const type = part.split(' ')[0] ?? 'controller';
  return type === 'controller' || type === '' ? 'controller' : `controller-${type}`;
};

/** What a field of the record is called. */
export const fieldLabel = (ctx: Ctx, part: string, field: string): string =>
  ctx.tDynamic(`collection.${collectionOf(part)}.field.${field}`, {}, field);

const shownChanges = 12;

const Changes = ({ ctx, row }: { ctx: Ctx; row: OutcomeRow }) => (
  <div class="diff">
    {row.changes.slice(0, shownChanges).map(({ part, field, before, after, lost }) => (
      <DiffLine sign={before === null ? 'added' : after === null ? 'removed' : 'changed'}>
        <span class="second">
          {part === 'controller' ? null : <span translate="no">{part.slice(part.indexOf(' ') + 1)} </span>}
          {fieldLabel(ctx, part, field)}:{' '}
        </span>
        {before === null ? null : (
          <>
            <del translate="no">{before}</del>{' '}
          </>
        )}
        {after === null ? null : <ins translate="no">{after}</ins>}
        {lost === undefined ? null : (
          <>
            {' '}
            <del translate="no">{lost}</del>
          </>
        )}
      </DiffLine>
    ))}
    {row.changes.length > shownChanges ? (
      <div class="small second">{ctx.t('imports.moreValues', { n: row.changes.length - shownChanges })}</div>
    ) : null}
    {row.proposals === 0 ? null : <div class="small">{ctx.t('imports.proposals', { n: row.proposals })}</div>}
    {row.detail === undefined ? null : (
      <div class="small" translate="no">
        {row.detail}
      </div>
    )}
  </div>
);

/** New, changed, unchanged, in conflict, refused: what a file does to the record, each row with its reason. */
export const ControllerOutcomes = ({ ctx, title, view }: { ctx: Ctx; title: string; view: OutcomeView }) => (
  <>
    <Panel
      title={title}
      context={ctx.t('imports.counts', {
        created: view.counts.created,
        changed: view.counts.changed + view.counts.replaced,
        unchanged: view.counts.unchanged,
        conflicts: view.counts.conflicts,
      })}
      foot={
        <>
          {ctx.t('imports.looked', { looked: view.looked, unread: view.unread })}
          {view.total > view.rows.length
            ? ` ${ctx.t('imports.more', { shown: view.rows.length, all: view.total })}`
            : null}
        </>
      }
    >
      <DataTable<(typeof view.rows)[number]>
        caption={title}
        rows={view.rows}
        records="labelled"
        columns={[
          column('controller', ctx.t('common.controller'), { head: true, any: true }, (row) => (
            <span translate="no">{row.label === '' ? '–' : row.label}</span>
          )),
          column('outcome', ctx.t('imports.outcomeColumn'), (row) => (
            <Status level={levels[row.outcome]}>{ctx.t(`imports.result.${row.outcome}`)}</Status>
          )),
          column('changes', ctx.t('imports.changes'), { any: true }, (row) => <Changes ctx={ctx} row={row} />),
        ]}
      />
    </Panel>
    {view.places.length === 0 ? null : (
      <Panel
        title={ctx.t('imports.placesTitle')}
        foot={
          view.placesTotal > view.places.length
            ? ctx.t('imports.more', { shown: view.places.length, all: view.placesTotal })
            : undefined
        }
      >
        <DataTable<(typeof view.places)[number]>
          caption={ctx.t('imports.placesTitle')}
          rows={view.places}
          records="labelled"
          columns={[
            column('where', ctx.t('field.place'), { head: true, any: true }, (row) => (
              <span translate="no">{row.where}</span>
            )),
            column('reason', ctx.t('field.reason'), (row) => ctx.tDynamic(`imports.reason.${row.code}`, {}, row.code)),
            column('detail', ctx.t('imports.detail'), { any: true }, (row) =>
              row.detail === '' ? '–' : <span translate="no">{row.detail}</span>,
            ),
          ]}
        />
      </Panel>
    )}
    {view.control.length === 0 ? null : (
      <Panel title={ctx.t('imports.controlTitle')} context={ctx.t('imports.controlWhy')}>
        <DataTable<(typeof view.control)[number]>
          caption={ctx.t('imports.controlTitle')}
          rows={view.control}
          records="labelled"
          columns={[
            column('what', ctx.t('imports.control.what'), { head: true }, (row) =>
              ctx.tDynamic(`imports.control.${row.what}`, {}, row.what),
            ),
            column('detail', ctx.t('imports.control.detail'), { any: true }, (row) =>
              row.detail === '' ? '–' : <span translate="no">{row.detail}</span>,
            ),
            column('to', ctx.t('imports.control.to'), { any: true }, (row) => <span translate="no">{row.to}</span>),
            column('from', ctx.t('imports.control.from'), { any: true }, (row) => (
              <span translate="no">{row.from}</span>
            )),
            column('first', ctx.t('imports.control.first'), { any: true }, (row) => (
              <>
                {ctx.fmt.number(row.packet)}, <Time at={row.firstMs} />
              </>
            )),
            column('count', ctx.t('imports.control.count'), { num: true }, (row) => ctx.fmt.number(row.count)),
          ]}
        />
      </Panel>
    )}
    {view.missing === 0 ? null : (
      <Panel title={ctx.t('imports.missingTitle')} body>
        <p>{ctx.t('imports.missing', { n: view.missing })}</p>
      </Panel>
    )}
  </>
);
