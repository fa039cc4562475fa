import { CoverageMark } from '../components/coverage.tsx';
import { stateWord } from '../components/device-frame.tsx';
import { Button, LinkButton, withoutRight } from '../components/form.tsx';
import {
  fileValue,
  type ListColumn,
  type ListColumns,
  pickableColumns,
  tableColumns,
} from '../components/list-columns.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty } from '../components/panel.tsx';
import { Reasons } from '../components/reasons.tsx';
import { Status } from '../components/status.tsx';
import { Age, Count, FieldText, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type {
  CoverageState,
  FieldColumn,
  KnownCount,
  Level,
  Message,
  PageOf,
  Reference,
  Value,
  When,
} from '../model.ts';
import { paths } from '../paths.ts';
import { TagChips } from './device-tags.tsx';

type DeviceState = 'discovered' | 'pending' | 'managed' | 'held' | 'revoked';

export type DeviceRow = {
  readonly id: string;
  readonly name: string;
  readonly state: DeviceState;
  readonly level: Level;
  /** Worst first; the first is shown. Keys `devices.reason.…` */
  readonly reasons: readonly Message[];
  readonly group?: Reference | undefined;
  readonly os?: string | undefined;
  readonly address?: string | undefined;
  readonly lastSeenAt: When | null;
  readonly certificateEnded: boolean;
  readonly certificateEndsAt: When | null;
  readonly act: number;
  readonly findings: number;
  readonly coverage: CoverageState;
  readonly updates: KnownCount;
  /** By hand and by rule. */
  readonly tags?: readonly string[];
  /** By `<collection>.<field>`, for picked columns. */
  readonly extra?: Readonly<Record<string, Value>>;
};

type DevicesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<DeviceRow>;
  /** Of the whole site. */
  readonly siteTotal: number;
  readonly filters: Filtering;
  readonly extraColumns: readonly FieldColumn[];
  readonly groups: readonly Reference[];
  /** Whether the person may write some of them. */
  readonly canAct: boolean;
};

const form = 'devices-bulk';

/** A number of findings or updates, or how far nothing is judged. */
const JudgedCount = ({ ctx, n, href }: { ctx: Ctx; n: KnownCount; href: string }) =>
  typeof n === 'number' ? <Count n={n} href={href} /> : <To href={href}>{ctx.t(`coverage.${n}`)}</To>;

/** The same in a file. */
const judgedCell = (n: KnownCount, ctx: Ctx): number | string => (typeof n === 'number' ? n : ctx.t(`coverage.${n}`));

const judged = (row: DeviceRow, n: number): KnownCount => (n > 0 || row.coverage === 'judged' ? n : row.coverage);

/** Columns of its own. */
const ownColumns: ListColumns<DeviceRow> = {
  status: {
    word: 'devices.status',
    fit: true,
    sort: true,
    rec: 'b',
    cell: (row, ctx) => <Status level={row.level}>{stateWord(ctx, row)}</Status>,
    file: (row, ctx) => ctx.tDynamic(`level.${row.level}`),
  },
  name: {
    word: 'devices.name',
    sort: true,
    rec: 'a',
    cell: (row) => (
      <a class="name" href={paths.device(row.id)} translate="no">
        {row.name}
      </a>
    ),
    file: (row) => row.name,
  },
  reason: {
    word: 'field.reason',
    rec: 'c',
    cell: (row, ctx) => <Reasons words={row.reasons.map(ctx.say)} other={row.os} />,
    file: (row, ctx) => row.reasons.map(ctx.say).join('; '),
  },
  group: {
    word: 'field.group',
    sort: true,
    cell: (row) => row.group?.name ?? '–',
    file: (row) => row.group?.name,
  },
  tags: {
    word: 'tags.title',
    until: 'file',
    cell: (row) => (row.tags?.length ? <TagChips tags={row.tags} /> : '–'),
    file: (row) => row.tags?.join('; '),
  },
  os: {
    word: 'devices.os',
    sort: true,
    cell: (row) => <span translate="no">{row.os ?? '–'}</span>,
    file: (row) => row.os,
  },
  address: {
    word: 'common.address',
    fit: true,
    sort: true,
    cell: (row) => <span translate="no">{row.address ?? '–'}</span>,
    file: (row) => row.address,
  },
  seen: {
    word: 'devices.contact',
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
  certificate: {
    word: 'devices.certificateEnds',
    until: 'file',
    cell: (row) => (row.certificateEndsAt === null ? '–' : <Time at={row.certificateEndsAt} form="date" />),
    file: (row) => (row.certificateEndsAt === null ? null : new Date(row.certificateEndsAt)),
  },
  act: {
    word: 'decision.act',
    num: true,
    sort: true,
    cell: (row, ctx) => (
      <JudgedCount ctx={ctx} n={judged(row, row.act)} href={paths.deviceTab(row.id, 'findings', { decision: 'act' })} />
    ),
    file: (row, ctx) => judgedCell(judged(row, row.act), ctx),
  },
  findings: {
    word: 'common.vulnerabilities',
    num: true,
    sort: true,
    until: 'file',
    cell: (row, ctx) => (
      <JudgedCount ctx={ctx} n={judged(row, row.findings)} href={paths.deviceTab(row.id, 'findings')} />
    ),
    file: (row, ctx) => judgedCell(judged(row, row.findings), ctx),
  },
  coverage: {
    word: 'coverage.title',
    fit: true,
    until: 'file',
    cell: (row) => <CoverageMark state={row.coverage} />,
    file: (row, ctx) => ctx.tDynamic(`coverage.${row.coverage}`),
  },
  updates: {
    word: 'nav.updates',
    num: true,
    until: 'file',
    cell: (row, ctx) => <JudgedCount ctx={ctx} n={row.updates} href={paths.deviceTab(row.id, 'updates')} />,
    file: (row, ctx) => judgedCell(row.updates, ctx),
  },
};

/** Columns of the list: its own and declared fields, which are shown when they are picked. */
export function deviceColumns(fields: readonly FieldColumn[]): ListColumns<DeviceRow> {
  const ofFields = fields.map((field): [string, ListColumn<DeviceRow>] => {
    const key = `${field.collection}.${field.name}`;
    const heldBy = (row: DeviceRow): Value => row.extra?.[key] ?? null;
    return [
      key,
      {
        word: `collection.${field.collection}.field.${field.name}`,
        of: `collection.${field.collection}.title`,
        until: 'picked',
        cell: (row) => <FieldText column={field} value={heldBy(row)} />,
        file: (row, ctx) => fileValue(ctx, heldBy(row), field.type),
      },
    ];
  });
  return { ...ownColumns, ...Object.fromEntries(ofFields) };
}

const BulkActions = ({ ctx, groups, canAct }: Pick<DevicesProps, 'ctx' | 'groups' | 'canAct'>) => {
  const unavailable = canAct ? undefined : withoutRight(ctx, 'devices:write');
  return (
    <>
      <Button small form={form} formaction={paths.deploymentNew()} needs="deployments:write">
        {ctx.t('devices.bulk.deploy')}
      </Button>
      <details class="pop start">
        <summary class="btn sm">{ctx.t('devices.bulk.more')}</summary>
        <div>
          {groups.length === 0 ? null : (
            <div class="field">
              <label for="bulk-group">{ctx.t('devices.bulk.toGroup')}</label>
              <select class="input" id="bulk-group" name="group" form={form}>
                <option value="">{ctx.t('common.noGroup')}</option>
                {groups.map((group) => (
                  <option value={group.id}>{group.name}</option>
                ))}
              </select>
            </div>
          )}
          <Button small form={form} name="action" value="move" unavailable={unavailable}>
            {ctx.t('devices.bulk.move')}
          </Button>
          <div class="field">
            <label for="bulk-tag">{ctx.t('tags.tag')}</label>
            <input class="input" id="bulk-tag" name="newTag" form={form} maxlength={50} autocomplete="off" />
          </div>
          <Button small form={form} name="action" value="tag" unavailable={unavailable}>
            {ctx.t('tags.bulkAdd')}
          </Button>
          <Button small form={form} name="action" value="untag" unavailable={unavailable}>
            {ctx.t('tags.bulkRemove')}
          </Button>
          <Button small form={form} name="action" value="approve" unavailable={unavailable}>
            {ctx.t('devices.bulk.approve')}
          </Button>
          <Button small kind="danger" form={form} name="action" value="revoke" unavailable={unavailable}>
            {ctx.t('devices.bulk.revoke')}
          </Button>
        </div>
      </details>
    </>
  );
};

/** Worst first; `Reason` says why. */
export const Devices = ({ ctx, list, page, siteTotal, filters, extraColumns, groups, canAct }: DevicesProps) => {
  const columns = deviceColumns(extraColumns);
  const found = ctx.t('devices.found', { found: page.total, all: siteTotal });
  const add = (
    <LinkButton kind="primary" href={paths.deviceAdd()} needs="accounts:write">
      {ctx.t('devices.add')}
    </LinkButton>
  );
  return (
    <Page
      ctx={ctx}
      title={ctx.t('nav.devices')}
      sub={found}
      advisoriesMatter
      filter={filterWords(ctx, list, filters)}
      actions={
        <>
          <details class="pop">
            <summary class="btn">{ctx.t('common.more')}</summary>
            <div>
              {(
                [
                  [paths.discovery(), 'discovery.title'],
                  [paths.offlineImport(), 'offlineImport.title'],
                  [paths.groups(), 'field.groups'],
                  [paths.deviceDuplicates(), 'records.title'],
                ] as const
              )
                .filter(([href]) => ctx.opens(href))
                .map(([href, words]) => (
                  <a href={href}>{ctx.t(words)}</a>
                ))}
            </div>
          </details>
          <ListFiles list={list} csv={paths.devicesCsv()} />
          {add}
        </>
      }
    >
      <ListPanel
        list={list}
        page={page}
        filters={filters}
        search={ctx.t('devices.search')}
        columns={pickableColumns(ctx, columns)}
        order={ctx.t('devices.order')}
        table={{
          caption: ctx.t('nav.devices'),
          columns: tableColumns(ctx, list, columns),
          order: { key: 'status' },
        }}
        bulk={{
          form,
          action: paths.devicesBulk(),
          id: (row) => row.id,
          actions: <BulkActions ctx={ctx} groups={groups} canAct={canAct} />,
        }}
        nameOf={(row) => row.name}
        empty={
          <Empty title={ctx.t('devices.none')} action={add}>
            {ctx.t('devices.noneWhy')}
          </Empty>
        }
      />
    </Page>
  );
};
