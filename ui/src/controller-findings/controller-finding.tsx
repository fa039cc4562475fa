import { toRow } from '../anchors.ts';
import { Facts, Panel } from '../components/panel.tsx';
import {
  PanelActions,
  PanelPage,
  PanelPart,
  type PanelPlace,
  SidePanel,
  type Target,
  Targets,
} from '../components/side-panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { type ListState, listUrl } from '../list.ts';
import type { Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import {
  type ControllerFindingRow,
  FirmwareText,
  HeldBy,
  RemedyMark,
  VerdictMark,
} from './controller-finding-table.tsx';
import { Acts, AnswerPart, type AnswerView, compensateForm, type FindingActs } from './finding-acts.tsx';

type WhyDocumentView = {
  readonly key: string;
  readonly title: string;
  readonly publisher: string;
  readonly category: 'vendor' | 'coordinator' | 'other';
  readonly revision: string;
  readonly status: 'draft' | 'interim' | 'final';
  readonly modified: When;
  readonly feed: string;
  readonly disclaimer?: string | undefined;
  readonly says: {
    readonly verdict: 'affected' | 'not-affected' | 'review';
    readonly reason: string;
    readonly level: string;
    readonly path: readonly string[];
    readonly versionText: string;
  };
  readonly remediations: readonly {
    readonly category: string;
    readonly details: string;
    readonly url?: string | undefined;
    readonly date?: string | undefined;
  }[];
  readonly cvss?: string | undefined;
  readonly score?: number | undefined;
};

export type ShownControllerFinding = {
  readonly finding: ControllerFindingRow & {
    readonly matched: 'affected' | 'not-affected' | 'review';
    readonly confidence: number;
    readonly isReopened: boolean;
  };
  /** What was compared, as name and value. */
  readonly identity: readonly { readonly label: string; readonly value: string }[];
  /** Name and value of what the priority was made from; contexts of controllers are listed once each. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly strong: boolean }[];
  /** Its entry in the catalogue of known exploited vulnerabilities. */
  readonly exploited: { readonly since: string; readonly due: string | null; readonly ransomware: boolean } | null;
  /** The first ones by name, with the part that has it. */
  readonly controllers: readonly { readonly controller: Reference; readonly part: string; readonly since: When }[];
  /** A person's answer in force. */
  readonly answer: AnswerView | null;
  readonly acts: FindingActs;
};

const nameOf = ({ vulnerability, product }: ControllerFindingRow): string => `${vulnerability}, ${product}`;

/** What stands in the panel and on the page alike: what was read, why it is urgent, where it is, what to do. */
const FindingParts = ({ ctx, shown }: { ctx: Ctx; shown: ShownControllerFinding }) => {
  const { finding, identity, inputs, exploited, controllers, answer } = shown;
  // A module of a controller has the finding, too: each controller is named once.
  const parts = new Map(controllers.map(({ controller }) => [controller.id, [] as string[]]));
  for (const { controller, part } of controllers) if (part !== '') parts.get(controller.id)?.push(part);
  const named: Target[] = [...new Map(controllers.map((row) => [row.controller.id, row])).values()].map(
    ({ controller: { id, name }, since }) => ({
      id,
      name,
      href: paths.controller(id),
      note: (
        <>
          <span translate="no">{parts.get(id)?.join(', ')}</span> <Time at={since} form="date" />
        </>
      ),
    }),
  );
  const isOpen = answer === null && finding.verdict !== 'not-affected';
  return (
    <>
      <PanelPart title={ctx.t('cfind.whyRead')}>
        <Facts
          rows={[
            ...identity.map(({ label, value }) => [label, <span translate="no">{value}</span>] as const),
            [
              ctx.t('field.firmware'),
              <FirmwareText ctx={ctx} firmware={finding.firmware} side={finding.firmwareSide} />,
            ],
            [ctx.t('cfind.verdict'), <VerdictMark ctx={ctx} row={finding} />],
            [ctx.t('cfind.level'), ctx.tDynamic(`cfind.level.${finding.level}`, {}, finding.level)],
            [ctx.t('common.confidence'), ctx.fmt.percent(finding.confidence)],
            [ctx.t('cfind.fix'), <RemedyMark ctx={ctx} row={finding} />],
            ...(finding.fixedVersion === ''
              ? []
              : ([[ctx.t('common.fixedIn'), <span translate="no">{finding.fixedVersion}</span>]] as const)),
          ]}
        />
        {finding.reason === '' ? null : <p>{ctx.tDynamic(`cfind.reason.${finding.reason}`, {}, finding.reason)}</p>}
        {finding.held === 0 ? null : (
          <>
            <p>{ctx.t('cfind.heldOn', { n: finding.held, total: finding.controllers })}</p>
            <HeldBy ctx={ctx} row={finding} />
          </>
        )}
        {finding.isReopened ? <p>{ctx.t('cfind.reopened')}</p> : null}
      </PanelPart>
      <PanelPart title={ctx.t('cfind.whyPriority')}>
        <Facts
          rows={inputs.map(({ name, value, strong }) => {
            const text = ctx.tDynamic(`cfind.input.${name}.${value}`, {}, value);
            return [ctx.tDynamic(`cfind.input.${name}`, {}, name), strong ? <strong>{text}</strong> : text] as const;
          })}
        />
        {exploited === null ? null : (
          <p>
            {ctx.t('cfind.exploitedEntry', { date: ctx.fmt.date(exploited.since) })}
            {exploited.due === null ? null : ` ${ctx.t('cfind.exploitedDue', { date: ctx.fmt.date(exploited.due) })}`}
            {exploited.ransomware ? ` ${ctx.t('cfind.ransomware')}` : null}
          </p>
        )}
        <p class="second">{ctx.t(`decision.${finding.decision}.meaning`)}</p>
      </PanelPart>
      <PanelPart title={ctx.t('nav.controllers')} context={ctx.fmt.number(finding.controllers)}>
        <Targets targets={named} {...(isOpen ? { form: compensateForm, name: 'controller' } : {})} />
        {named.length < finding.controllers ? (
          <p class="second">{ctx.t('vuln.shownOf', { shown: named.length, total: finding.controllers })}</p>
        ) : null}
      </PanelPart>
      {answer === null ? null : <AnswerPart ctx={ctx} finding={finding} answer={answer} />}
      {isOpen ? (
        <PanelActions>
          <Acts ctx={ctx} finding={finding} chosen={named.length} acts={shown.acts} />
        </PanelActions>
      ) : null}
    </>
  );
};

/** A finding beside the list that it is of. */
export const ControllerFindingPanel = ({
  ctx,
  shown,
  list,
  place,
}: {
  ctx: Ctx;
  shown: ShownControllerFinding;
  list: ListState;
  place: PanelPlace;
}) => (
  <SidePanel
    title={nameOf(shown.finding)}
    isName
    state={
      <p>
        <DecisionMark decision={shown.finding.decision} />
      </p>
    }
    place={place}
    page={paths.controllerFinding(shown.finding.id)}
    shut={toRow(listUrl(list, { open: null, trail: list.trail }), shown.finding.id)}
  >
    <FindingParts ctx={ctx} shown={shown} />
  </SidePanel>
);

const Document = ({ ctx, document, isFirst }: { ctx: Ctx; document: WhyDocumentView; isFirst: boolean }) => (
  <Panel
    title={isFirst ? ctx.t('cfind.whyDocument') : ctx.t('cfind.whyOther')}
    context={<span translate="no">{document.key}</span>}
    body
  >
    <p lang="en">{document.title}</p>
    <Facts
      rows={[
        [
          ctx.t('field.publisher'),
          <>
            <span translate="no">{document.publisher}</span>, {ctx.t(`cfind.by.${document.category}`)}
          </>,
        ],
        [
          ctx.t('cfind.revision'),
          <>
            <span translate="no">{document.revision}</span>, {ctx.t(`cfind.status.${document.status}`)}
          </>,
        ],
        [ctx.t('cfind.published'), <Time at={document.modified} form="date" />],
        [
          ctx.t('cfind.leaf'),
          <span translate="no" lang="en">
            {document.says.path.join(' / ')}
          </span>,
        ],
        [
          ctx.t('cfind.leafText'),
          document.says.versionText === '' ? '–' : <code translate="no">{document.says.versionText}</code>,
        ],
        [ctx.t('cfind.verdict'), ctx.t(`cfind.verdict.${document.says.verdict}`)],
        [ctx.t('cfind.level'), ctx.tDynamic(`cfind.level.${document.says.level}`, {}, document.says.level)],
        ...(document.says.reason === ''
          ? []
          : ([['', ctx.tDynamic(`cfind.reason.${document.says.reason}`, {}, document.says.reason)]] as const)),
        ...(document.cvss === undefined
          ? []
          : ([
              [
                'CVSS',
                <span translate="no">
                  {document.score === undefined ? '' : `${ctx.fmt.number(document.score)} `}
                  {document.cvss}
                </span>,
              ],
            ] as const)),
      ]}
    />
    <h3>{ctx.t('cfind.remediations')}</h3>
    {document.remediations.length === 0 ? <p class="second">{ctx.t('cfind.noRemediations')}</p> : null}
    <ul>
      {document.remediations.map((remediation) => (
        <li>
          <strong>{ctx.tDynamic(`cfind.remediation.${remediation.category}`, {}, remediation.category)}</strong>{' '}
          <span lang="en">{remediation.details}</span>
          {remediation.url === undefined ? null : (
            <>
              {' '}
              <span class="hash" translate="no">
                {remediation.url}
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
    {document.disclaimer === undefined ? null : (
      <details>
        <summary>{ctx.t('cfind.disclaimer')}</summary>
        <p lang="en">{document.disclaimer}</p>
      </details>
    )}
  </Panel>
);

/** The same as a page, with what each document says. */
export const ControllerFinding = ({
  ctx,
  shown,
  documents,
}: {
  ctx: Ctx;
  shown: ShownControllerFinding;
  documents: readonly WhyDocumentView[];
}) => {
  const { finding } = shown;
  return (
    <Page
      ctx={ctx}
      title={finding.vulnerability}
      untranslatedTitle
      crumbs={[{ label: ctx.t('cfind.title'), href: paths.controllerFindings() }]}
      mark={<DecisionMark decision={finding.decision} />}
      sub={
        <span translate="no">
          {finding.product}. {finding.advisory}.
        </span>
      }
    >
      <PanelPage title={nameOf(finding)}>
        <FindingParts ctx={ctx} shown={shown} />
      </PanelPage>
      {documents.map((document, index) => (
        <Document ctx={ctx} document={document} isFirst={index === 0} />
      ))}
    </Page>
  );
};
