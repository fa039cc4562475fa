import { CoverageMark } from '../components/coverage.tsx';
import { Button, LinkButton, withoutRight } from '../components/form.tsx';
import { KindLinks } from '../components/kind-links.tsx';
import { type ListColumn, type ListColumns, pickableColumns, tableColumns } from '../components/list-columns.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import { Reasons } from '../components/reasons.tsx';
import { Status } from '../components/status.tsx';
import { Age, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { CoverageState, Level, Message, PageOf, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { controllerReason } from './controller-reason.ts';

export type ControllerRow = {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  /** Worst first; the first is shown. */
  readonly reasons: readonly Message[];
  readonly vendor?: string | undefined;
  readonly family?: string | undefined;
  readonly model?: string | undefined;
  readonly orderNumber?: string | undefined;
  readonly read?: string | undefined;
  readonly planned?: string | undefined;
  readonly address?: string | undefined;
  readonly zone?: Reference | undefined;
  readonly role?: string | undefined;
  readonly serial?: string | undefined;
  /** What "no findings" of it is worth. */
  readonly coverage: CoverageState;
  readonly modules: number;
  readonly lastSeenAt: When | null;
  /** Values of fields of the site, by their names. */
  readonly custom: Readonly<Record<string, string>>;
};

type ControllerCounts = {
  readonly live: number;
  readonly unauthorised: number;
  readonly drift: number;
  readonly missingFirmware: number;
  readonly proposals: number;
  readonly notJudged: number;
};

type ControllersProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<ControllerRow>;
  readonly counts: ControllerCounts;
  readonly filters: Filtering;
  /** Names of the fields of the site. */
  readonly ownFields: readonly string[];
  /** Imports and undos that have not ended: half of them shows. */
  readonly underWay: readonly string[];
};

const form = 'controllers-bulk';

const text = (value: string | undefined) => <span translate="no">{value ?? '–'}</span>;

const roleOf = ({ role }: ControllerRow, ctx: Ctx): string | undefined =>
  role === undefined ? undefined : ctx.tDynamic(`collection.controller.choice.role.${role}`, {}, role);

/** Columns of its own. */
const ownColumns: ListColumns<ControllerRow> = {
  status: {
    word: 'field.state',
    fit: true,
    rec: 'b',
    cell: (row) => <Status level={row.level} />,
    file: (row, ctx) => ctx.tDynamic(`level.${row.level}`),
  },
  name: {
    word: 'common.controller',
    sort: true,
    rec: 'a',
    cell: (row) => (
      <To class="name" href={paths.controller(row.id)} translate="no">
        {row.name}
      </To>
    ),
    file: (row) => row.name,
  },
  reason: {
    word: 'common.whatDiffers',
    rec: 'c',
    cell: (row, ctx) => (
      <Reasons words={row.reasons.map((reason) => controllerReason(ctx, reason))} other={row.model} />
    ),
    file: (row, ctx) => row.reasons.map(ctx.say).join('; '),
  },
  zone: {
    word: 'field.zone',
    sort: true,
    cell: (row) =>
      row.zone === undefined ? (
        '–'
      ) : (
        <To href={paths.controllerZone(row.zone.id)} translate="no">
          {row.zone.name}
        </To>
      ),
    file: (row) => row.zone?.name,
  },
  vendor: {
    word: 'field.vendor',
    sort: true,
    until: 'file',
    cell: (row) => text(row.vendor),
    file: (row) => row.vendor,
  },
  family: {
    word: 'controllers.family',
    sort: true,
    until: 'file',
    cell: (row) => text(row.family),
    file: (row) => row.family,
  },
  model: { word: 'field.model', sort: true, cell: (row) => text(row.model), file: (row) => row.model },
  order: {
    word: 'field.orderNumber',
    sort: true,
    until: 'file',
    cell: (row) => text(row.orderNumber),
    file: (row) => row.orderNumber,
  },
  firmware: { word: 'controllers.read', sort: true, cell: (row) => text(row.read), file: (row) => row.read },
  planned: { word: 'controllers.planned', cell: (row) => text(row.planned), file: (row) => row.planned },
  address: {
    word: 'common.address',
    sort: true,
    fit: true,
    until: 'file',
    cell: (row) => text(row.address),
    file: (row) => row.address,
  },
  coverage: {
    word: 'coverage.title',
    until: 'file',
    cell: (row) => <CoverageMark state={row.coverage} />,
    file: (row, ctx) => ctx.tDynamic(`coverage.${row.coverage}`),
  },
  role: {
    word: 'field.role',
    until: 'file',
    cell: (row, ctx) => roleOf(row, ctx) ?? '–',
    file: roleOf,
  },
  serial: { word: 'field.serial', until: 'file', cell: (row) => text(row.serial), file: (row) => row.serial },
  modules: {
    word: 'controllers.modules',
    num: true,
    until: 'file',
    cell: (row, ctx) => ctx.fmt.number(row.modules),
    file: (row) => row.modules,
  },
  seen: {
    word: 'controllers.seen',
    num: true,
    sort: true,
    rec: 'd',
    cell: (row) => (
      <span class="second">
        <Age at={row.lastSeenAt} />
      </span>
    ),
    file: (row) => (row.lastSeenAt === null ? null : new Date(row.lastSeenAt)),
  },
};

/** Columns of the list: its own and the fields of the site, which are shown when they are picked. */
export function controllerColumns(ownFields: readonly string[]): ListColumns<ControllerRow> {
  const ofSite = ownFields.map((name): [string, ListColumn<ControllerRow>] => [
    `custom.${name}`,
    {
      word: { text: name },
      until: 'file',
      cell: (row) =>
        row.custom[name] === undefined ? (
          <span class="dim">–</span>
        ) : (
          <a href={paths.controllers({ [`custom.${name}`]: row.custom[name] })} translate="no">
            {row.custom[name]}
          </a>
        ),
      file: (row) => row.custom[name],
    },
  ]);
  return { ...ownColumns, ...Object.fromEntries(ofSite) };
}

const BulkActions = ({ ctx }: { ctx: Ctx }) => {
  const unavailable = withoutRight(ctx, 'controllers:write');
  return (
    <>
      {(['authorised', 'unauthorised', 'archived'] as const).map((decision) => (
        <Button small form={form} name="action" value={decision} unavailable={unavailable}>
          {ctx.t(`controllers.bulk.${decision}`)}
        </Button>
      ))}
    </>
  );
};

/** One line with the counts that lead somewhere. */
const Sub = ({ ctx, counts }: { ctx: Ctx; counts: ControllerCounts }) => {
  const lines = [
    ['drift', counts.drift, { drift: '1' }],
    ['unauthorised', counts.unauthorised, { decision: 'unauthorised' }],
    ['missing', counts.missingFirmware, { missing: '1' }],
    ['proposals', counts.proposals, { proposals: '1' }],
    ['notJudged', counts.notJudged, { coverage: 'not-judged' }],
  ] as const;
  return (
    <>
      {ctx.t('controllers.sub', { n: counts.live })}
      {lines
        .filter(([, n]) => n > 0)
        .map(([name, n, query]) => (
          <>
            {' '}
            <To href={paths.controllers(query)}>{ctx.t(`controllers.sub.${name}`, { n })}</To>
          </>
        ))}
    </>
  );
};

/** All controllers: what each is, what was read and what was planned. */
export const Controllers = ({ ctx, list, page, counts, filters, ownFields, underWay }: ControllersProps) => {
  const columns = controllerColumns(ownFields);
  const add = (
    <LinkButton kind="primary" href={paths.controllerImports()} needs="controllers:write">
      {ctx.t('controllers.import')}
    </LinkButton>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.controllers')}
      sub={<Sub ctx={ctx} counts={counts} />}
      filter={filterWords(ctx, list, filters)}
      actions={
        <>
          <ListFiles list={list} csv={paths.controllersCsv()} />
          <LinkButton href={paths.controllerNew()} needs="controllers:write">
            {ctx.t('controllers.new')}
          </LinkButton>
          {add}
        </>
      }
    >
      <KindLinks page="controllers" />
      {underWay.length > 0 && (
        <Notice level="running" title={ctx.t('controllers.underWay', { names: underWay.slice(0, 3).join(', ') })}>
          <p>{ctx.t('controllers.underWayText')}</p>
        </Notice>
      )}
      <ListPanel
        list={list}
        page={page}
        filters={filters}
        search={ctx.t('controllers.search')}
        columns={pickableColumns(ctx, columns)}
        order={ctx.t('controllers.ordered')}
        table={{
          caption: ctx.t('nav.controllers'),
          columns: tableColumns(ctx, list, columns),
          order: { key: 'name' },
        }}
        bulk={{ form, action: paths.controllersBulk(), id: (row) => row.id, actions: <BulkActions ctx={ctx} /> }}
        nameOf={(row) => row.name}
        empty={
          <Empty title={ctx.t('controllers.none')} action={add}>
            {ctx.t('controllers.noneWhy')}
          </Empty>
        }
      />
    </Page>
  );
};
