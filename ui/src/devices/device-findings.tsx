import { CoverageNotice, type CoverageView, isWholly } from '../components/coverage.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf } from '../model.ts';
import type { FindingRow } from '../vulnerabilities/finding-facts.tsx';
import { findingColumns } from '../vulnerabilities/vulnerabilities.tsx';

type DeviceFindingsProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly list: ListState;
  readonly page: PageOf<FindingRow>;
  readonly coverage: CoverageView;
  /** Packages of the device that no advisory source covers or that could not be compared. */
  readonly notComparable: number;
  /** Packages that cannot be judged: their source package is not known. */
  readonly unjudged: readonly { readonly name: string; readonly href: string }[];
};

const Unjudged = ({ ctx, unjudged }: Pick<DeviceFindingsProps, 'ctx' | 'unjudged'>) =>
  unjudged.length === 0 ? null : (
    <Notice level="warning" title={ctx.t('vuln.unjudged', { n: unjudged.length })}>
      {ctx.t('vuln.unjudgedWhy')}
      <details>
        <summary>{ctx.t('vuln.unjudgedList')}</summary>
        <ul>
          {unjudged.map(({ name, href }) => (
            <li>
              <a href={href} translate="no">
                {name}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  );

/** Findings of one device. */
export const DeviceFindings = ({
  ctx,
  device,
  tabs,
  list,
  page,
  coverage,
  notComparable,
  unjudged,
}: DeviceFindingsProps) => (
  <DeviceFrame ctx={ctx} device={device} tabs={tabs} current="findings">
    <CoverageNotice coverage={coverage} />
    <Unjudged ctx={ctx} unjudged={unjudged} />
    {notComparable === 0 ? null : <p class="second">{ctx.t('vuln.notComparable', { n: notComparable })}</p>}
    <ListPanel
      list={list}
      page={page}
      filters={decisionFilters}
      search={ctx.t('vuln.search')}
      order={ctx.t('common.worstFirst')}
      nameOf={(row) => row.advisory}
      table={{
        caption: ctx.t('nav.vulnerabilities'),
        // In the order of the decision alone.
        columns: findingColumns(ctx).map((column) => ({ ...column, sort: false })),
      }}
      empty={
        ctx.advisories === null ? (
          <Empty title={ctx.t('common.noAdvisoriesShort')}>{ctx.t('vuln.noAdvisoriesWhy')}</Empty>
        ) : isWholly(coverage) ? (
          <Empty title={ctx.t('vuln.none')}>{ctx.t('vuln.noneWhy')}</Empty>
        ) : (
          <Empty title={ctx.t(coverage.state === 'not-judged' ? 'coverage.not-judged' : 'vuln.noneJudged')}>
            {ctx.t('vuln.noneJudgedWhy')}
          </Empty>
        )
      }
    />
  </DeviceFrame>
);

/** The filter of the tab. */
const decisionFilters = [
  {
    name: 'decision',
    label: 'common.decision',
    options: ['act', 'attend', 'track-star', 'track'].map((value) => ({ value, key: `decision.${value}` })),
  },
];
