import { LinkButton } from '../components/form.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Shape, Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { withQuery } from '../list.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

type ProvisionPillar = 'inventory' | 'object' | 'event' | 'sync' | 'store' | 'local' | 'derived';

/** Days, after the last report where it says so; `derived`: as long as what it is worked out from. */
type ProvisionRetention =
  | { readonly days: number; readonly since?: 'report' | undefined }
  | 'kept'
  | 'while-device'
  | 'by-type'
  | 'derived';

export type ProvisionRow = {
  /** Row of the data map: D3. */
  readonly row: string;
  readonly pillar: ProvisionPillar;
  /** Catalogue key of the title; `purpose`, `source`, `protection` likewise. */
  readonly title: string;
  readonly source: string;
  readonly purpose: string;
  readonly rows: number;
  readonly bytes?: number | undefined;
  /** Link to the list with these rows. */
  readonly href?: string | undefined;
  readonly retention: ProvisionRetention;
  readonly personal: 'yes' | 'no' | 'possible';
  readonly protection: readonly ('disk' | 'encrypted' | 'chain' | 'signed' | 'sealed' | 'hash')[];
  /** Which file and which fields (catalogue keys or names); null = nothing leaves. */
  readonly leaves: { readonly file: string; readonly fields: readonly string[] } | null;
  /** The fields, for the detail under the row. */
  readonly fields: readonly {
    readonly label: string;
    readonly personal: boolean;
    readonly encrypted: boolean;
    readonly leaves: boolean;
  }[];
};

type ProvisionProps = {
  readonly ctx: Ctx;
  readonly at: When;
  readonly all: readonly ProvisionRow[];
  /** Those that the filter leaves. */
  readonly shown: readonly ProvisionRow[];
  /** The groups are unfolded. */
  readonly isOpen: boolean;
  readonly filter: 'all' | 'personal' | 'leaves';
  readonly q: string;
  /** Fields found outside the declarations at the last check. */
  /** What no entry names: `table NAME`, `file PATH`, a field that leaves. */
  readonly undeclared: readonly string[];
};

/** How long something is kept, in words. */
export function retentionText(ctx: Pick<Ctx, 't'>, retention: ProvisionRetention): string {
  if (typeof retention === 'string') return ctx.t(`provision.retention.${retention}`);
  const words = retention.since === 'report' ? 'provision.retention.afterReport' : 'provision.retention.days';
  return ctx.t(words, { n: retention.days });
}

const Leaves = ({ ctx, row }: { ctx: Ctx; row: ProvisionRow }) =>
  row.leaves === null ? (
    <span class="second">{ctx.t('common.no')}</span>
  ) : (
    <span class="choice">
      <Shape name="right" />
      <span>
        {ctx.tDynamic(`provision.file.${row.leaves.file}`, {}, row.leaves.file)}
        {row.leaves.fields.length === 0
          ? null
          : `: ${row.leaves.fields.map((field) => ctx.tDynamic(field)).join(', ')}`}
      </span>
    </span>
  );

const Fields = ({ ctx, row }: { ctx: Ctx; row: ProvisionRow }) =>
  row.fields.length === 0 ? null : (
    <details class="small">
      <summary>
        <span class="link">{ctx.t('provision.fields', { n: row.fields.length })}</span>
      </summary>
      <ul>
        {row.fields.map((field) => (
          <li>
            {ctx.tDynamic(field.label)} {field.personal ? <Tag>{ctx.t('common.personal')}</Tag> : null}{' '}
            {field.encrypted ? <Tag>{ctx.t('provision.protection.encrypted')}</Tag> : null}{' '}
            {field.leaves ? <Tag>{ctx.t('provision.leavesWord')}</Tag> : null}
          </li>
        ))}
      </ul>
    </details>
  );

type Group = { readonly pillar: ProvisionPillar; readonly rows: readonly ProvisionRow[] };

const Register = ({ ctx, pillar, rows }: Group & { ctx: Ctx }) => (
  <DataTable<(typeof rows)[number]>
    caption={ctx.t(`provision.pillar.${pillar}`)}
    rows={rows}
    records="labelled"
    columns={[
      column('row', ctx.t('provision.mark'), { fit: true }, (row) => (
        <span class="second" translate="no">
          {row.row}
        </span>
      )),
      column('what', ctx.t('common.what'), (row) => (
        <>
          {row.href === undefined ? ctx.tDynamic(row.title) : <To href={row.href}>{ctx.tDynamic(row.title)}</To>}
          <Fields ctx={ctx} row={row} />
        </>
      )),
      column('source', ctx.t('common.from'), (row) => <span class="second">{ctx.tDynamic(row.source)}</span>),
      column('purpose', ctx.t('common.purpose'), (row) => <span class="second">{ctx.tDynamic(row.purpose)}</span>),
      column('rows', ctx.t('provision.rows'), { num: true }, (row) => <Count n={row.rows} href={row.href} />),
      { key: 'retention', label: ctx.t('provision.retention'), cell: (row) => retentionText(ctx, row.retention) },
      column('personal', ctx.t('provision.personal'), (row) =>
        row.personal === 'no' ? (
          <span class="second">{ctx.t('common.no')}</span>
        ) : (
          <Tag>{ctx.t(row.personal === 'yes' ? 'common.yes' : 'provision.possible')}</Tag>
        ),
      ),
      column('protection', ctx.t('common.protection'), (row) =>
        row.protection.map((one) => ctx.t(`provision.protection.${one}`)).join(', '),
      ),
      { key: 'leaves', label: ctx.t('provision.leaves'), cell: (row) => <Leaves ctx={ctx} row={row} /> },
    ]}
  />
);

/** The kinds of data of a pillar, folded: a line with how many there are, which opens. */
const Pillar = ({ ctx, pillar, rows, isOpen }: Group & { ctx: Ctx; isOpen: boolean }) => (
  <details class="op whole" id={pillar} open={isOpen}>
    <summary>
      <strong class="link">{ctx.t(`provision.pillar.${pillar}`)}</strong>{' '}
      <span class="second">
        {ctx.t('provision.inGroup', {
          n: rows.length,
          personal: rows.filter((row) => row.personal !== 'no').length,
          leaves: rows.filter((row) => row.leaves !== null).length,
        })}
      </span>
    </summary>
    <Register ctx={ctx} pillar={pillar} rows={rows} />
  </details>
);

const shownUndeclared = 50;

/** One page, one document: what is kept, from where, why, how long, how protected, and what of it leaves. */
export const Provision = ({ ctx, at, all, shown, isOpen, filter, q, undeclared }: ProvisionProps) => {
  const personal = all.filter((row) => row.personal !== 'no');
  const leaving = all.filter((row) => row.leaves !== null);
  const chip = (name: 'personal' | 'leaves') => (
    <a
      class={filter === name ? 'chip on' : 'chip'}
      href={withQuery(paths.provision(), { q, filter: filter === name ? undefined : name })}
      aria-current={filter === name ? 'true' : undefined}
    >
      {ctx.t(`provision.only.${name}`)}
      {filter === name ? <Shape name="close" /> : null}
    </a>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.provision')}
      sub={ctx.t('provision.sub', { at: ctx.fmt.dateTime(at) })}
      filter={[filter === 'all' ? '' : ctx.t(`provision.only.${filter}`), q].filter(Boolean).join('; ')}
      actions={
        <>
          <LinkButton href={paths.persons()} needs="provision:write">
            {ctx.t('persons.title')}
          </LinkButton>
          <a
            class="btn"
            href={withQuery(paths.provision(), { q, filter: filter === 'all' ? undefined : filter, open: 'all' })}
            data-print="1"
          >
            {ctx.t('common.print')}
          </a>
          <LinkButton href={paths.provisionCsv()} download>
            {ctx.t('common.exportCsv')}
          </LinkButton>
        </>
      }
    >
      <Tiles>
        <Tile word={ctx.t('provision.kinds')} n={all.length}>
          {ctx.t('provision.shownBelow', { n: shown.length })}
        </Tile>
        <Tile word={ctx.t('provision.personalKinds')} n={personal.length}>
          {ctx.t('provision.encryptedOf', { n: personal.filter((row) => row.protection.includes('encrypted')).length })}
        </Tile>
        <Tile word={ctx.t('provision.leavingKinds')} n={leaving.length}>
          {ctx.t('provision.inFiles', { n: new Set(leaving.map((row) => row.leaves?.file)).size })}
        </Tile>
        <Tile level="critical" word={ctx.t('provision.undeclared')} n={undeclared.length}>
          {ctx.t('provision.undeclaredWhy')}
        </Tile>
      </Tiles>
      {undeclared.length === 0 ? null : (
        <Notice level="critical" title={ctx.t('provision.undeclared')}>
          {ctx.t('provision.undeclaredNext')}{' '}
          <span class="small" translate="no">
            {undeclared.slice(0, shownUndeclared).join(', ')}
            {undeclared.length > shownUndeclared ? ' …' : ''}
          </span>
        </Notice>
      )}
      <div class="filters">
        <form class="find" method="get" action={paths.provision()} role="search" aria-label={ctx.t('list.filter')}>
          {filter === 'all' ? null : <input type="hidden" name="filter" value={filter} />}
          <input
            class="input"
            type="search"
            name="q"
            value={q}
            placeholder={ctx.t('provision.search')}
            aria-label={ctx.t('provision.search')}
          />
        </form>
        {chip('personal')}
        {chip('leaves')}
      </div>
      <Panel>
        {shown.length === 0 ? (
          <Empty
            title={ctx.t('list.noMatch')}
            action={<LinkButton href={paths.provision()}>{ctx.t('list.clearFilters')}</LinkButton>}
          >
            {ctx.t('list.noMatchWhy')}
          </Empty>
        ) : (
          [...Map.groupBy(shown, ({ pillar }) => pillar)].map(([pillar, rows]) => (
            <Pillar ctx={ctx} pillar={pillar} rows={rows} isOpen={isOpen} />
          ))
        )}
      </Panel>
    </Page>
  );
};
