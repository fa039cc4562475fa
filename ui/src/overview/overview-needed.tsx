import { Sparkline } from '../components/chart.tsx';
import { Panel } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { DecisionMark, Status } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Count } from '../components/text.tsx';
import { paths } from '../paths.ts';
import type { OverviewProps } from './overview-model.ts';

/** What must be done: findings by decision and state of their fix, how that went, what comes next. */
export const OverviewNeeded = ({ ctx, decisions, trend, running, updatesNeeded, waiting }: OverviewProps) => (
  <Panel
    title={ctx.t('overview.needed')}
    context={ctx.t('overview.byDecision')}
    span={7}
    link={<a href={paths.vulnerabilities()}>{ctx.t('overview.decisionBoard')}</a>}
  >
    <DataTable
      ctx={ctx}
      plain
      caption={ctx.t('overview.needed')}
      rows={decisions}
      columns={[
        {
          key: 'decision',
          label: ctx.t('vuln.decision'),
          head: true,
          cell: (row) => <DecisionMark ctx={ctx} decision={row.decision} count={row.findings} />,
        },
        {
          key: 'findings',
          label: ctx.t('vuln.findings'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.findings} href={paths.vulnerabilities({ decision: row.decision })} />,
        },
        {
          key: 'devices',
          label: ctx.t('nav.devices'),
          num: true,
          cell: (row) => <Count ctx={ctx} n={row.devices} href={paths.devices({ decision: row.decision })} />,
        },
        ...(['available', 'none', 'undetermined'] as const).map((fix) => ({
          key: fix,
          label: ctx.t(`fix.${fix}`),
          num: true,
          hideNarrow: fix === 'undetermined',
          cell: (row: OverviewProps['decisions'][number]) => (
            <Count ctx={ctx} n={row[fix]} href={paths.vulnerabilities({ decision: row.decision, fix })} />
          ),
        })),
      ]}
    />
    <div class="two">
      <div>
        <h3>{ctx.t('overview.trend')}</h3>
        {trend.length < 2 ? (
          <p class="second">{ctx.t('overview.noTrend')}</p>
        ) : (
          <>
            <Sparkline
              values={trend}
              label={ctx.t('overview.trendWords', {
                days: trend.length,
                first: trend[0] ?? 0,
                last: trend.at(-1) ?? 0,
              })}
            />
            <div class="pairs small second">
              <div>
                <span>{ctx.fmt.number(trend[0] ?? 0)}</span>
                <span>{ctx.t('overview.today', { n: trend.at(-1) ?? 0 })}</span>
              </div>
            </div>
          </>
        )}
      </div>
      <div>
        <h3>{ctx.t('overview.next')}</h3>
        <p>
          {updatesNeeded === 0 ? (
            <span class="dim">{ctx.t('overview.updatesNeeded', { n: 0 })}</span>
          ) : (
            <a href={paths.updates({ supply: 'arrived', approval: 'undefined' })}>
              {ctx.t('overview.updatesNeeded', { n: updatesNeeded })}
            </a>
          )}
        </p>
        <p>
          {ctx.t('waiting.title')}: <a href={paths.waiting()}>{ctx.fmt.number(waiting)}</a>
        </p>
        {running.map((deployment) => (
          <div>
            <a href={paths.deployment(deployment.id)}>{deployment.name}</a>{' '}
            <span class="second">{ctx.t('overview.done', { done: deployment.done, total: deployment.total })}</span>{' '}
            {deployment.failed === 0 ? null : (
              <Status ctx={ctx} level="critical">
                {ctx.t('overview.failed', { n: deployment.failed })}
              </Status>
            )}
            <Progress label={deployment.name} done={deployment.done} total={deployment.total} />
          </div>
        ))}
      </div>
    </div>
  </Panel>
);
