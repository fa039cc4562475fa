import { AreaField, Button, ErrorSummary, PostForm, SelectField, withoutRight } from '../components/form.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { DecisionMark } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import {
  type ControllerFindingRow,
  FirmwareText,
  HeldBy,
  RemedyMark,
  VerdictMark,
} from './controller-finding-table.tsx';

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

export type ControllerFindingProps = {
  readonly ctx: Ctx;
  readonly finding: ControllerFindingRow & {
    readonly matched: 'affected' | 'not-affected' | 'review';
    readonly confidence: number;
    readonly isReopened: boolean;
  };
  /** What was compared, as name and value. */
  readonly identity: readonly { readonly label: string; readonly value: string }[];
  readonly documents: readonly WhyDocumentView[];
  /** Name and value of what the priority was made from; contexts of controllers are listed once each. */
  readonly inputs: readonly { readonly name: string; readonly value: string; readonly strong: boolean }[];
  /** Its entry in the catalogue of known exploited vulnerabilities. */
  readonly exploited: { readonly since: string; readonly due: string | null; readonly ransomware: boolean } | null;
  readonly controllers: readonly { readonly controller: Reference; readonly part: string; readonly since: When }[];
  readonly more: boolean;
  /** A person's answer in force. */
  readonly answer: {
    readonly justification: string;
    readonly reason: string;
    readonly evidence: string;
    readonly who: string;
    readonly at: When;
  } | null;
  readonly justifications: readonly string[];
  /** What was typed, and what is wrong with it. */
  readonly given: {
    readonly justification?: string | undefined;
    readonly reason?: string;
    readonly evidence?: string;
    readonly errors?: FieldErrors;
  };
};

/** The answer in force with the way back, or the form in which a certain finding is disputed. */
const Answer = ({ ctx, finding, answer, justifications, given }: ControllerFindingProps) => {
  const unavailable = withoutRight(ctx, 'vulnerabilities:write');
  if (answer !== null)
    return (
      <Panel title={ctx.t('cfind.answer')}>
        <div class="body">
          <Facts
            rows={[
              [ctx.t('cfind.verdict'), <VerdictMark ctx={ctx} row={finding} />],
              ...(answer.justification === ''
                ? []
                : ([[ctx.t('cfind.because'), ctx.tDynamic(`cfind.because.${answer.justification}`)]] as const)),
              [ctx.t('cfind.answerReason'), answer.reason],
              ...(answer.evidence === '' ? [] : ([[ctx.t('cfind.evidence'), answer.evidence]] as const)),
              [
                ctx.t('cfind.answeredBy'),
                <>
                  {answer.who}, <Time ctx={ctx} at={answer.at} />
                </>,
              ],
            ]}
          />
          <p>{ctx.t('cfind.answeredWhy', { verdict: ctx.t(`cfind.verdict.${finding.matched}`) })}</p>
          <PostForm ctx={ctx} action={paths.controllerFindingRetract(finding.id)}>
            <Button unavailable={unavailable}>{ctx.t('cfind.retract')}</Button>
          </PostForm>
        </div>
      </Panel>
    );
  if (finding.verdict !== 'affected') return null;
  const isGiven = given.errors !== undefined;
  return (
    <Panel title={ctx.t('cfind.dispute')}>
      <details class="body" open={isGiven}>
        <summary>{ctx.t('cfind.disputeWhat')}</summary>
        <ErrorSummary
          ctx={ctx}
          errors={given.errors}
          labels={{ justification: ctx.t('cfind.because'), reason: ctx.t('cfind.answerReason') }}
        />
        <PostForm ctx={ctx} action={paths.controllerFindingDispute(finding.id)}>
          <SelectField
            ctx={ctx}
            name="justification"
            label={ctx.t('cfind.because')}
            value={given.justification ?? ''}
            options={[
              { value: '', label: '–' },
              ...justifications.map((value) => ({ value, label: ctx.tDynamic(`cfind.because.${value}`) })),
            ]}
            required
            errors={given.errors}
          />
          <AreaField
            ctx={ctx}
            name="reason"
            label={ctx.t('cfind.answerReason')}
            hint={ctx.t('cfind.answerReasonHelp')}
            value={given.reason}
            rows={3}
            maxLength={2_000}
            required
            errors={given.errors}
          />
          <AreaField
            ctx={ctx}
            name="evidence"
            label={ctx.t('cfind.evidence')}
            hint={ctx.t('cfind.evidenceHelp')}
            value={given.evidence}
            rows={2}
            maxLength={4_000}
            errors={given.errors}
          />
          <p class="second">{ctx.t('cfind.answerWhat')}</p>
          <div>
            <Button unavailable={unavailable}>{ctx.t('cfind.answer.not')}</Button>
          </div>
        </PostForm>
      </details>
    </Panel>
  );
};

const Document = ({ ctx, document, isFirst }: { ctx: Ctx; document: WhyDocumentView; isFirst: boolean }) => (
  <Panel
    title={isFirst ? ctx.t('cfind.whyDocument') : ctx.t('cfind.whyOther')}
    context={<span translate="no">{document.key}</span>}
  >
    <div class="body">
      <p lang="en">{document.title}</p>
      <Facts
        rows={[
          [
            ctx.t('cfind.publisher'),
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
          [ctx.t('cfind.published'), <Time ctx={ctx} at={document.modified} form="date" />],
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
    </div>
  </Panel>
);

/** Why a product counts as vulnerable: what was read, what each document says, what was made of it. */
export const ControllerFinding = (props: ControllerFindingProps) => {
  const { ctx, finding, identity, documents, inputs, controllers } = props;
  return (
    <Page
      ctx={ctx}
      title={finding.vulnerability}
      untranslatedTitle
      crumbs={[{ label: ctx.t('cfind.title'), href: paths.controllerFindings() }]}
      mark={<DecisionMark ctx={ctx} decision={finding.decision} />}
      sub={
        <span translate="no">
          {finding.product}. {finding.advisory}.
        </span>
      }
    >
      <div class="grid">
        <Panel title={ctx.t('cfind.whyRead')} span={6}>
          <div class="body">
            <Facts
              rows={[
                ...identity.map(({ label, value }) => [label, <span translate="no">{value}</span>] as const),
                [
                  ctx.t('cfind.version'),
                  <FirmwareText ctx={ctx} firmware={finding.firmware} side={finding.firmwareSide} />,
                ],
                [ctx.t('cfind.verdict'), <VerdictMark ctx={ctx} row={finding} />],
                [ctx.t('cfind.level'), ctx.tDynamic(`cfind.level.${finding.level}`, {}, finding.level)],
                [ctx.t('cfind.confidence'), ctx.fmt.percent(finding.confidence)],
                [ctx.t('cfind.fix'), <RemedyMark ctx={ctx} row={finding} />],
                ...(finding.fixedVersion === ''
                  ? []
                  : ([[ctx.t('cfind.fixedIn'), <span translate="no">{finding.fixedVersion}</span>]] as const)),
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
          </div>
        </Panel>
        <Panel title={ctx.t('cfind.whyPriority')} span={6}>
          <div class="body">
            <Facts
              rows={inputs.map(({ name, value, strong }) => {
                const text = ctx.tDynamic(`cfind.input.${name}.${value}`, {}, value);
                return [
                  ctx.tDynamic(`cfind.input.${name}`, {}, name),
                  strong ? <strong>{text}</strong> : text,
                ] as const;
              })}
            />
            {props.exploited === null ? null : (
              <p>
                {ctx.t('cfind.exploitedEntry', { date: ctx.fmt.date(props.exploited.since) })}
                {props.exploited.due === null
                  ? null
                  : ` ${ctx.t('cfind.exploitedDue', { date: ctx.fmt.date(props.exploited.due) })}`}
                {props.exploited.ransomware ? ` ${ctx.t('cfind.ransomware')}` : null}
              </p>
            )}
            <p class="second">{ctx.t(`decision.${finding.decision}.meaning`)}</p>
          </div>
        </Panel>
      </div>
      <Answer {...props} />
      {documents.map((document, index) => (
        <Document ctx={ctx} document={document} isFirst={index === 0} />
      ))}
      <Panel title={ctx.t('nav.controllers')} context={ctx.fmt.number(finding.controllers)}>
        <DataTable
          ctx={ctx}
          caption={ctx.t('nav.controllers')}
          rows={controllers}
          columns={[
            {
              key: 'controller',
              label: ctx.t('cfind.controller'),
              any: true,
              cell: (row) => (
                <To ctx={ctx} class="name" href={paths.controller(row.controller.id)} translate="no">
                  {row.controller.name}
                </To>
              ),
            },
            {
              key: 'part',
              label: ctx.t('cfind.part'),
              cell: (row) => (row.part === '' ? ctx.t('cfind.itself') : <span translate="no">{row.part}</span>),
            },
            { key: 'since', label: ctx.t('cfind.since'), cell: (row) => <Time ctx={ctx} at={row.since} form="date" /> },
          ]}
        />
        {props.more ? (
          <div class="body">
            <p class="second">{ctx.t('vuln.shownOf', { shown: controllers.length, total: finding.controllers })}</p>
          </div>
        ) : null}
      </Panel>
    </Page>
  );
};
