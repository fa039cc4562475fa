import { CoverageNotice, type CoverageView, isWholly } from '../components/coverage.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { LinkButton, withoutRight } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { NotFilled } from '../exchange/not-filled.tsx';
import type { NotFilledRow } from '../exchange/not-filled-words.ts';
import type { Approval, Installation, Supply, When } from '../model.ts';
import { paths } from '../paths.ts';
import { FollowedLine, type FollowedView } from '../updates/followed.tsx';
import { ApprovalMark, AsOf, InstallationMark, SupplyMark } from '../updates/updates.tsx';

type DeviceUpdateRow = {
  readonly id: string;
  readonly name: string;
  readonly installedVersion?: string | undefined;
  readonly version: string;
  readonly security: boolean;
  readonly approval: Approval;
  readonly supply: Supply;
  readonly supplyReason?: string | undefined;
  readonly asOf?: string | undefined;
  readonly installation?: Installation | undefined;
  readonly at?: When | undefined;
  readonly deployment?: string | undefined;
};

type DeviceUpdatesProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly rows: readonly DeviceUpdateRow[];
  readonly coverage: CoverageView;
  /** Whether a bundle brought a catalogue of updates. */
  readonly catalogue: boolean;
  /** Undefined where the device names no system that packages are compared in. */
  readonly followed: FollowedView | undefined;
  /** What the last answer did not bring for its system. */
  readonly notFilled: readonly NotFilledRow[];
};

/** Updates that one device needs, and how far each is. */
export const DeviceUpdates = ({
  ctx,
  device,
  tabs,
  rows,
  coverage,
  catalogue,
  followed,
  notFilled,
}: DeviceUpdatesProps) => (
  <DeviceFrame
    ctx={ctx}
    device={device}
    tabs={tabs}
    current="updates"
    actions={
      <LinkButton
        kind="primary"
        href={paths.deploymentNew({ device: device.id })}
        unavailable={
          rows.some((row) => row.approval === 'approved' && row.supply === 'arrived')
            ? withoutRight(ctx, 'deployments:write')
            : ctx.t('updates.nothingToDeploy')
        }
      >
        {ctx.t('updates.deploy')}
      </LinkButton>
    }
  >
    <NotFilled ctx={ctx} rows={notFilled} />
    {followed === undefined ? null : <FollowedLine ctx={ctx} followed={followed} />}
    <CoverageNotice coverage={coverage} />
    <Panel>
      {rows.length === 0 && coverage.state === 'not-judged' ? (
        <Empty title={ctx.t('coverage.not-judged')} />
      ) : rows.length === 0 && !catalogue ? (
        <Empty title={`${ctx.t('coverage.not-judged')}: ${ctx.t('updates.noCatalogue')}`}>
          {ctx.t('updates.noCatalogueWhy')}
        </Empty>
      ) : rows.length === 0 && !isWholly(coverage) ? (
        <Empty title={ctx.t('updates.noneJudged')}>{ctx.t('vuln.noneJudgedWhy')}</Empty>
      ) : rows.length === 0 ? (
        <Empty title={ctx.t('updates.noneForDevice')}>{ctx.t('updates.noneForDeviceWhy')}</Empty>
      ) : (
        <DataTable<(typeof rows)[number]>
          caption={ctx.t('nav.updates')}
          rows={rows}
          records
          columns={[
            column('name', ctx.t('updates.update'), { any: true, rec: 'a' }, (row) => (
              <>
                <To class="name" href={paths.update(row.id)} translate="no">
                  {row.name}
                </To>{' '}
                {row.security ? <Tag>{ctx.t('updates.security')}</Tag> : null} <AsOf ctx={ctx} at={row.asOf} />
              </>
            )),
            column('from', ctx.t('updates.installedVersion'), { any: true }, (row) => (
              <span translate="no">{row.installedVersion ?? '–'}</span>
            )),
            column('to', ctx.t('updates.version'), { any: true, rec: 'c' }, (row) => (
              <span translate="no">{row.version}</span>
            )),
            column('approval', ctx.t('common.approval'), (row) => <ApprovalMark ctx={ctx} approval={row.approval} />),
            column('supply', ctx.t('updates.supply'), (row) => (
              <SupplyMark ctx={ctx} supply={row.supply} reason={row.supplyReason} />
            )),
            column('installation', ctx.t('updates.installation'), { rec: 'b' }, (row) =>
              row.installation === undefined ? (
                '–'
              ) : row.deployment === undefined ? (
                <InstallationMark ctx={ctx} state={row.installation} />
              ) : (
                <To href={paths.deployment(row.deployment)}>
                  <InstallationMark ctx={ctx} state={row.installation} />
                </To>
              ),
            ),
            column('at', ctx.t('common.time'), { rec: 'd' }, (row) =>
              row.at === undefined ? '–' : <Time at={row.at} />,
            ),
          ]}
        />
      )}
    </Panel>
  </DeviceFrame>
);
