import { deviceColumn } from '../components/device-column.tsx';
import { Aged } from '../components/knowledge.tsx';
import { Panel } from '../components/panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import type { FindingRow, FindingWhy } from './vulnerabilities.tsx';
import { FixMark, WhyFacts } from './vulnerabilities.tsx';

type FindingProps = {
  readonly ctx: Ctx;
  readonly finding: FindingRow;
  readonly why: FindingWhy;
  readonly devices: readonly { readonly device: Reference; readonly firstSeen: When }[];
  /** True when the site has more devices with it than are listed. */
  readonly more: boolean;
  readonly references: readonly string[];
  /** The record as it was imported, pretty-printed. */
  readonly document: string;
};

/** Why it matches, where it is, what next, and the record it comes from. References are text: no link leaves the site. */
export const Finding = ({ ctx, finding, why, devices, more, references, document }: FindingProps) => (
  <Page
    ctx={ctx}
    title={finding.advisory}
    untranslatedTitle
    section="vulnerabilities"
    crumbs={[{ label: ctx.t('nav.vulnerabilities'), href: paths.vulnerabilities() }]}
    mark={<DecisionMark ctx={ctx} decision={finding.decision} />}
    sub={
      <span translate="no">
        {finding.package} {finding.version}, {finding.ecosystem}
        {finding.aliases.length === 0 ? null : `. ${finding.aliases.join(', ')}`}.
      </span>
    }
    advisoriesMatter
  >
    <Panel title={ctx.t('vuln.why')}>
      <div class="body">
        <Aged ctx={ctx} since={finding.agedSince} />
        <p lang="en">{finding.summary}</p>
        <WhyFacts ctx={ctx} row={finding} why={why} />
        <div class="row">
          <FixMark ctx={ctx} row={finding} />
          {finding.fixed === undefined ? null : (
            <span>
              {ctx.t('vuln.fixedIn')}: <span translate="no">{finding.fixed}</span>
            </span>
          )}
        </div>
        <p class="second">{ctx.t(`decision.${finding.decision}.meaning`)}</p>
      </div>
    </Panel>
    <div class="grid">
      <Panel title={ctx.t('nav.devices')} context={ctx.fmt.number(finding.devices)} span={6}>
        <DataTable
          ctx={ctx}
          caption={ctx.t('nav.devices')}
          rows={devices}
          columns={[
            deviceColumn(ctx),
            { key: 'since', label: ctx.t('vuln.since'), cell: (row) => <Time ctx={ctx} at={row.firstSeen} /> },
          ]}
        />
        {more ? (
          <div class="body">
            <p class="second">{ctx.t('vuln.shownOf', { shown: devices.length, total: finding.devices })}</p>
          </div>
        ) : null}
      </Panel>
      <Panel title={ctx.t('vuln.references')} context={ctx.t('vuln.referencesContext')} span={6}>
        <div class="body">
          {references.length === 0 ? <p class="second">{ctx.t('vuln.noReferences')}</p> : null}
          <ul>
            {references.map((reference) => (
              <li class="hash" translate="no">
                {reference}
              </li>
            ))}
          </ul>
        </div>
      </Panel>
    </div>
    <Panel title={ctx.t('vuln.document')} context={<span translate="no">{why.source.name}</span>}>
      <div class="body">
        <pre translate="no">{document}</pre>
      </div>
    </Panel>
  </Page>
);
