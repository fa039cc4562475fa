import { Button, LinkButton, withoutSiteRight } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import { DecisionMark, Status, Tag } from '../components/status.tsx';
import { column } from '../components/table.tsx';
import { Count, To } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import type { Ctx } from '../context.ts';
import { NotFilled } from '../exchange/not-filled.tsx';
import type { NotFilledRow } from '../exchange/not-filled-words.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { Approval, Decision, Installation, PageOf, Supply } from '../model.ts';
import { paths } from '../paths.ts';
import { suiteText } from './followed.tsx';

export type UpdateRow = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly source?: string | undefined;
  readonly arch?: string | undefined;
  readonly suites: readonly string[];
  readonly security: boolean;
  readonly approval: Approval;
  readonly supply: Supply;
  /** BUNDLES reason when unfulfilled: NO_SOURCE… */
  readonly supplyReason?: string | undefined;
  /** Devices that need it, and how far they are. */
  readonly devices: number;
  readonly installation: Readonly<Partial<Record<Installation, number>>>;
  readonly decision?: Decision | undefined;
  readonly findings: number;
  readonly sizeBytes: number;
  /** Has a licence text that is not accepted yet. */
  readonly licence?: 'to-accept' | 'accepted' | undefined;
  /** Of what the newest catalogue no longer lists: when the last one came that did. */
  readonly asOf?: string | undefined;
};

/** POST to updatesDecide: csrf, action approve|decline|clear, and what the list's form selects; Deploy sends the same to deploymentNew. */
type UpdatesProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<UpdateRow>;
  readonly filters: Filtering;
  readonly counts: Readonly<Record<Supply, number>> & { readonly undecided: number; readonly deployable: number };
  /** What "none" is worth: without a catalogue nothing, and less where devices are not looked at or not judged. */
  readonly judged: { readonly catalogue: boolean; readonly notLookedAt: number; readonly notJudged: number };
  /** What the last answer did not bring. */
  readonly notFilled: readonly NotFilledRow[];
};

const form = 'updates-bulk';
const approvalLevels = { undefined: 'waiting', approved: 'done', declined: 'info' } as const;
const supplyLevels = {
  needed: 'waiting',
  requested: 'running',
  unfulfilled: 'warning',
  arrived: 'ok',
  superseded: 'info',
} as const;
const installationLevels = {
  queued: 'waiting',
  running: 'running',
  failed: 'critical',
  installed: 'running',
  verified: 'done',
  cancelled: 'info',
} as const;

/** What people decided about an update. */
export const ApprovalMark = ({ ctx, approval }: { ctx: Ctx; approval: Approval }) => (
  <Status level={approvalLevels[approval]}>{ctx.t(`approval.${approval}`)}</Status>
);

/** Whether its files are here. */
export const SupplyMark = ({ ctx, supply, reason }: { ctx: Ctx; supply: Supply; reason?: string | undefined }) => (
  <Status level={supplyLevels[supply]}>
    {ctx.t(`supply.${supply}`)}
    {reason === undefined ? null : `: ${ctx.tDynamic(`unfulfilled.${reason}`, {}, reason)}`}
  </Status>
);

/** That the newest catalogue no longer lists it, and from when it is. */
export const AsOf = ({ ctx, at }: { ctx: Ctx; at: string | undefined }) =>
  at === undefined ? null : (
    <>
      <Tag>{ctx.t('updates.asOf', { date: ctx.fmt.date(at) })}</Tag>{' '}
    </>
  );

/** How far it is on a device. */
export const InstallationMark = ({ ctx, state }: { ctx: Ctx; state: Installation }) => (
  <Status level={installationLevels[state]}>{ctx.t(`installation.${state}`)}</Status>
);

const Installations = ({ ctx, row }: { ctx: Ctx; row: UpdateRow }) => {
  const { installation } = row;
  const done = installation.verified ?? 0;
  const failed = installation.failed ?? 0;
  const moving = (installation.queued ?? 0) + (installation.running ?? 0) + (installation.installed ?? 0);
  if (done + failed + moving === 0) return <span class="dim">–</span>;
  return (
    <>
      {ctx.t('updates.verifiedOf', { done, of: row.devices })}
      {moving === 0 ? null : <span class="second">, {ctx.t('updates.moving', { n: moving })}</span>}
      {failed === 0 ? null : (
        <>
          , <span class="crit">{ctx.t('updates.failed', { n: failed })}</span>
        </>
      )}
    </>
  );
};

const Bulk = ({ ctx }: { ctx: Ctx }) => {
  const unavailable = withoutSiteRight(ctx, 'updates:write');
  return (
    <>
      <Button small form={form} name="action" value="approve" unavailable={unavailable}>
        {ctx.t('common.approve')}
      </Button>
      <Button small form={form} name="action" value="decline" unavailable={unavailable}>
        {ctx.t('common.decline')}
      </Button>
      <Button small form={form} name="action" value="clear" unavailable={unavailable}>
        {ctx.t('updates.clear')}
      </Button>
      <Button small kind="primary" form={form} formaction={paths.deploymentNew()} needs="deployments:write">
        {ctx.t('updates.deploy')}
      </Button>
    </>
  );
};

/** How many devices wait for a look: what they need may be missing. */
export const NotLookedAt = ({ ctx, n }: { ctx: Ctx; n: number }) =>
  n === 0 ? null : <p class="second">{ctx.t('updates.notLookedAt', { n })}</p>;

const NotJudged = ({ ctx, judged }: { ctx: Ctx; judged: UpdatesProps['judged'] }) => (
  <>
    {judged.catalogue ? null : (
      <Notice level="warning" title={`${ctx.t('coverage.not-judged')}: ${ctx.t('updates.noCatalogue')}`}>
        {ctx.t('updates.noCatalogueWhy')} <To href={paths.exchangeReceive()}>{ctx.t('exchange.importBundle')}</To>
      </Notice>
    )}
    <NotLookedAt ctx={ctx} n={judged.notLookedAt} />
    {judged.notJudged === 0 ? null : (
      <p class="second">
        <To href={`${paths.devices()}?coverage=not-judged&coverage=partly`}>
          {ctx.t('updates.notJudged', { n: judged.notJudged })}
        </To>
      </p>
    )}
  </>
);

/** What is missing on the site, what was decided, whether it is here, how far it is installed. */
export const Updates = ({ ctx, list, page, filters, counts, judged, notFilled }: UpdatesProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.updates')}
    sub={ctx.t(ctx.canOnSite('updates:read') ? 'updates.sub' : 'updates.subPart', { n: page.total })}
    advisoriesMatter
    filter={filterWords(ctx, list, filters)}
    actions={
      <>
        <ListFiles list={list} csv={paths.updatesCsv()} />
        <LinkButton href={paths.updatesFollowed()}>{ctx.t('followed.title')}</LinkButton>
        <LinkButton href={paths.exchangeSend()}>{ctx.t('updates.request')}</LinkButton>
      </>
    }
  >
    <NotJudged ctx={ctx} judged={judged} />
    <NotFilled ctx={ctx} rows={notFilled} />
    <Tiles>
      <Tile level="waiting" word={ctx.t('supply.needed')} n={counts.needed} href={paths.updates({ supply: 'needed' })}>
        {ctx.t('updates.tile.needed')}
      </Tile>
      <Tile
        level="running"
        word={ctx.t('supply.requested')}
        n={counts.requested}
        href={paths.updates({ supply: 'requested' })}
      >
        {ctx.t('updates.tile.requested')}
      </Tile>
      <Tile
        level="warning"
        word={ctx.t('supply.unfulfilled')}
        n={counts.unfulfilled}
        href={paths.updates({ supply: 'unfulfilled' })}
      >
        {ctx.t('updates.tile.unfulfilled')}
      </Tile>
      <Tile level="ok" word={ctx.t('supply.arrived')} n={counts.arrived} href={paths.updates({ supply: 'arrived' })}>
        {ctx.t('updates.tile.arrived')}
      </Tile>
      <Tile
        level="waiting"
        word={ctx.t('approval.undefined')}
        n={counts.undecided}
        href={paths.updates({ supply: 'arrived', approval: 'undefined' })}
      >
        {ctx.t('updates.tile.undecided')}
      </Tile>
      <Tile
        level="ok"
        word={ctx.t('updates.deployable')}
        n={counts.deployable}
        href={paths.updates({ deployable: 'true' })}
      >
        {ctx.t('updates.tile.deployable')}
      </Tile>
    </Tiles>
    <ListPanel<(typeof page.rows)[number]>
      list={list}
      page={page}
      filters={filters}
      search={ctx.t('updates.search')}
      order={ctx.t('updates.order')}
      bulk={{ form, action: paths.updatesDecide(), id: (row) => row.id, actions: <Bulk ctx={ctx} /> }}
      nameOf={(row) => `${row.name} ${row.version}`}
      empty={
        <Empty
          title={ctx.t(
            !judged.catalogue
              ? 'coverage.not-judged'
              : judged.notJudged + judged.notLookedAt > 0
                ? 'updates.noneJudged'
                : 'updates.none',
          )}
          action={<LinkButton href={paths.exchangeSend()}>{ctx.t('updates.request')}</LinkButton>}
        >
          {ctx.t(judged.catalogue ? 'updates.noneWhy' : 'updates.noCatalogueWhy')}
        </Empty>
      }
      table={{
        caption: ctx.t('nav.updates'),
        columns: [
          column('name', ctx.t('updates.update'), { sort: true, rec: 'a' }, (row) => (
            <>
              <To class="name" href={paths.update(row.id)} translate="no">
                {row.name}
              </To>{' '}
              <span class="second" translate="no">
                {row.version}
              </span>
            </>
          )),
          column('suites', ctx.t('updates.suites'), { optional: true }, (row) => (
            <span translate="no">
              {row.suites.length === 0
                ? (row.source ?? '–')
                : row.suites.map((suite) => suiteText(ctx, suite)).join(', ')}
            </span>
          )),
          column('security', ctx.t('updates.security'), { optional: true }, (row) =>
            row.security ? ctx.t('common.yes') : '–',
          ),
          column('decision', ctx.t('common.vulnerabilities'), { sort: true, fit: true }, (row) =>
            row.decision === undefined ? (
              <span class="dim">{ctx.fmt.number(row.findings)}</span>
            ) : (
              <>
                <DecisionMark decision={row.decision} /> <span class="second">{ctx.fmt.number(row.findings)}</span>
              </>
            ),
          ),
          column('devices', ctx.t('nav.devices'), { num: true, sort: true }, (row) => (
            <Count n={row.devices} href={paths.update(row.id)} />
          )),
          column('approval', ctx.t('common.approval'), { fit: true, rec: 'c' }, (row) => (
            <ApprovalMark ctx={ctx} approval={row.approval} />
          )),
          column('supply', ctx.t('updates.supply'), { sort: true, rec: 'b' }, (row) => (
            <>
              <SupplyMark ctx={ctx} supply={row.supply} reason={row.supplyReason} /> <AsOf ctx={ctx} at={row.asOf} />
              {row.licence === 'to-accept' ? <Tag>{ctx.t('updates.licenceToAccept')}</Tag> : null}
            </>
          )),
          column('installation', ctx.t('updates.installation'), { rec: 'd' }, (row) => (
            <Installations ctx={ctx} row={row} />
          )),
          column('size', ctx.t('common.size'), { num: true, sort: true }, (row) => (
            <span class="second">{row.sizeBytes === 0 ? '–' : ctx.fmt.bytes(row.sizeBytes)}</span>
          )),
        ],
      }}
    />
  </Page>
);
