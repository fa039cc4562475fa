import { requestAnchor, rowAnchor } from '../anchors.ts';
import { Button, PostForm } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { When } from '../model.ts';
import { paths } from '../paths.ts';

/** A bundle of which some volumes have been here. */
export type WaitingRow = {
  readonly bundleId: string;
  readonly seq: number;
  readonly request?: number | undefined;
  readonly volumes: number;
  readonly missing: readonly number[];
  readonly bytes: number;
  readonly missingBytes: number;
  readonly firstSeenAt: When;
  readonly receipt?: number | undefined;
};

/** A request that no bundle has answered. */
export type OpenRow = {
  readonly number: number;
  readonly at: When;
  readonly who?: string | undefined;
  readonly medium?: string | undefined;
  readonly bytes: number;
  /** When answers came as a rule. */
  readonly dueAt?: When | undefined;
  /** It waits longer than it may. */
  readonly overdueAt?: When | undefined;
};

const ms = (at: When): number => (typeof at === 'number' ? at : Date.parse(at));

/** Requests on the way, oldest first, with the time that journeys took so far. */
export const OpenRequests = ({ ctx, rows }: { ctx: Ctx; rows: readonly OpenRow[] }) => (
  <Panel title={ctx.t('story.openTitle')} context={ctx.t('story.openContext')} span={6}>
    {rows.length === 0 ? (
      <Empty
        title={ctx.t('exchange.nothingOnTheWay')}
        action={<To href={paths.exchangeSend()}>{ctx.t('exchange.seeRequest')}</To>}
      >
        {ctx.t('story.nothingOpenWhy')}
      </Empty>
    ) : (
      <DataTable<(typeof rows)[number]>
        caption={ctx.t('story.openTitle')}
        records="labelled"
        rows={rows}
        anchor={(row) => requestAnchor(row.number)}
        columns={[
          column('number', ctx.t('common.request'), { head: true }, (row) =>
            ctx.t('exchange.request', { number: row.number }),
          ),
          { key: 'since', label: ctx.t('story.since'), cell: (row) => <Time at={row.at} form="dayTime" /> },
          { key: 'age', label: ctx.t('common.age'), fit: true, cell: (row) => <Age at={row.at} /> },
          column('due', ctx.t('story.usually'), (row) =>
            row.overdueAt !== undefined ? (
              <Status level="warning">{ctx.t('story.overdue', { day: ctx.fmt.day(row.overdueAt) })}</Status>
            ) : row.dueAt === undefined ? (
              '–'
            ) : ms(row.dueAt) < ctx.nowMs ? (
              ctx.t('story.late', { day: ctx.fmt.day(row.dueAt) })
            ) : (
              ctx.fmt.day(row.dueAt)
            ),
          ),
          column('who', ctx.t('common.who'), { hideNarrow: true }, (row) => (
            <span translate="no">{row.who ?? '–'}</span>
          )),
        ]}
      />
    )}
  </Panel>
);

/** Bundles that wait for volumes, with what to do about each. */
export const WaitingBundles = ({ ctx, rows }: { ctx: Ctx; rows: readonly WaitingRow[] }) => (
  <Panel title={ctx.t('story.waitingTitle')} context={ctx.t('story.waitingContext')} span={6}>
    {rows.length === 0 ? (
      <Empty title={ctx.t('story.nothingWaiting')}>{ctx.t('story.nothingWaitingWhy')}</Empty>
    ) : (
      rows.map((row) => (
        <div class="op" id={rowAnchor(row.bundleId)}>
          <Status level="warning">
            {ctx.t('story.waiting', {
              number: row.seq,
              have: row.volumes - row.missing.length,
              of: row.volumes,
              volumes: row.missing.join(', '),
            })}
          </Status>
          <p class="second">
            {ctx.t('story.waitingDetail', {
              at: ctx.fmt.dayTime(row.firstSeenAt),
              size: ctx.fmt.bytes(row.missingBytes),
              total: ctx.fmt.bytes(row.bytes),
            })}{' '}
            {row.receipt === undefined ? null : (
              <To href={paths.receipt(row.receipt)}>{ctx.t('exchange.receiptN', { number: row.receipt })}</To>
            )}
          </p>
          <p>{ctx.t('story.waitingNext')}</p>
          <pre translate="no">
            {row.missing
              .map((volume) => `sallyport-bundle rebuild ${row.bundleId} --volume ${volume} --media DIR`)
              .join('\n')}
          </pre>
          <PostForm action={paths.waitingForget()} class="row">
            <input type="hidden" name="bundle" value={row.bundleId} />
            <To class="btn" href={paths.exchangeReceive()}>
              {ctx.t('exchange.importBundle')}
            </To>
            <Button kind="danger" needs="exchange:write">
              {ctx.t('story.forget')}
            </Button>
          </PostForm>
        </div>
      ))
    )}
  </Panel>
);
