import type { Child } from 'hono/jsx';
import { rowAnchor, toPanel } from '../anchors.ts';
import { DecisionMark, Status } from '../components/status.tsx';
import { type Column, column } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { type ListState, listUrl } from '../list.ts';
import type { Decision, Severity, When } from '../model.ts';
import { paths } from '../paths.ts';

type ControllerVerdict = 'affected' | 'not-affected' | 'review';
type ControllerFix = 'available' | 'planned' | 'none-planned' | 'none' | 'mitigation';

/** What advisories say of a product in one version. */
export type ControllerFindingRow = {
  readonly id: string;
  readonly vulnerability: string;
  readonly product: string;
  readonly family: string;
  readonly firmware: string;
  readonly firmwareSide: 'observed' | 'configured' | '';
  readonly verdict: ControllerVerdict;
  readonly reason: string;
  readonly level: string;
  readonly decision: Decision;
  readonly exploitation: 'active' | 'poc' | 'none' | 'unknown';
  /** Day on which it came into the catalogue of known exploited vulnerabilities; '' where it is not in it. */
  readonly exploitedSince: string;
  readonly severity: Severity;
  readonly fixState: ControllerFix;
  readonly fixedVersion: string;
  readonly advisory: string;
  readonly title: string;
  /** A person has answered. */
  readonly isAnswered: boolean;
  readonly controllers: number;
  /** On how many of them it is held back, and by what. */
  readonly held: number;
  readonly heldBy: readonly {
    readonly kind: 'risk-acceptance' | 'mitigation';
    readonly measure: string;
    readonly name: string;
    readonly until: When;
  }[];
  readonly since: When;
  /** Of one controller: '' is the controller itself. */
  readonly part?: string;
};

const fixLevels = {
  available: 'ok',
  planned: 'running',
  'none-planned': 'warning',
  none: 'waiting',
  mitigation: 'waiting',
} as const;

/** The version that was compared, and how it is known. */
export const FirmwareText = ({
  ctx,
  firmware,
  side,
}: {
  ctx: Ctx;
  firmware: string;
  side: ControllerFindingRow['firmwareSide'];
}) =>
  firmware === '' ? (
    <span class="second">{ctx.t('cfind.noVersion')}</span>
  ) : (
    <>
      <span translate="no">{firmware}</span>{' '}
      {side === '' ? null : <span class="second">{ctx.t(`cfind.side.${side}`)}</span>}
    </>
  );

/** Affected, not affected, or for a person. */
export const VerdictMark = ({ ctx, row }: { ctx: Ctx; row: Pick<ControllerFindingRow, 'verdict' | 'isAnswered'> }) => (
  <Status level={row.verdict === 'affected' ? 'critical' : row.verdict === 'review' ? 'warning' : 'ok'}>
    {ctx.t(`cfind.verdict.${row.verdict}`)}
    {row.isAnswered ? <span class="vh">. {ctx.t('cfind.answered')}</span> : null}
  </Status>
);

/** Whether attacks are known; since when is on its own page. */
const ExploitationMark = ({ ctx, row }: { ctx: Ctx; row: Pick<ControllerFindingRow, 'exploitation'> }) =>
  row.exploitation === 'none' || row.exploitation === 'unknown' ? (
    <span class="second">{ctx.t(`cfind.input.exploitation.${row.exploitation}`)}</span>
  ) : (
    <Status level={row.exploitation === 'active' ? 'critical' : 'warning'}>
      {ctx.t(`cfind.input.exploitation.${row.exploitation}`)}
    </Status>
  );

/** What holds a finding back: the accepted risk or the compensating control, and its end. */
export const HeldBy = ({ ctx, row }: { ctx: Ctx; row: Pick<ControllerFindingRow, 'heldBy'> }) => (
  <>
    {row.heldBy.map(({ kind, name, until }) => (
      <div class="small second">
        {ctx.t(`cfind.held.${kind}`)}: <To href={paths.measures()}>{name}</To>,{' '}
        {ctx.t('cfind.held.until', { date: ctx.fmt.date(until) })}
      </div>
    ))}
  </>
);

export const RemedyMark = ({ ctx, row }: { ctx: Ctx; row: Pick<ControllerFindingRow, 'fixState'> }) => (
  <Status level={fixLevels[row.fixState]}>{ctx.t(`cfind.fix.${row.fixState}`)}</Status>
);

/** Columns of findings: of all controllers with their number, of one controller with its part. In a list the name opens the panel. */
export const controllerFindingColumns = (
  ctx: Ctx,
  { isOfOne, list }: { isOfOne: boolean; list?: ListState },
): Column<ControllerFindingRow>[] => [
  column('decision', ctx.t('common.decision'), { fit: true, sort: true }, (row) =>
    row.verdict === 'not-affected' ? <span class="second">–</span> : <DecisionMark decision={row.decision} />,
  ),
  column('vulnerability', ctx.t('common.vulnerability'), { sort: true, rec: 'a' }, (row) => (
    <>
      <a
        class="name"
        id={list === undefined ? undefined : rowAnchor(row.id)}
        href={
          list === undefined
            ? paths.controllerFinding(row.id)
            : toPanel(listUrl(list, { open: row.id, trail: list.trail }))
        }
        translate="no"
        title={row.title}
      >
        {row.vulnerability}
      </a>
      {row.exploitation === 'active' || row.exploitation === 'poc' ? (
        <div class="narrow-only">
          <ExploitationMark ctx={ctx} row={row} />
        </div>
      ) : null}
    </>
  )),
  column(
    'product',
    isOfOne ? ctx.t('cfind.part') : ctx.t('field.product'),
    { sort: true, rec: 'c' },
    (row): Child => (
      <>
        {isOfOne ? (
          <>
            {row.part === undefined || row.part === '' ? (
              ctx.t('cfind.itself')
            ) : (
              <span translate="no">{row.part}</span>
            )}{' '}
          </>
        ) : null}
        <span translate="no" class={isOfOne ? 'second' : undefined}>
          {row.product}
        </span>
        <HeldBy ctx={ctx} row={row} />
      </>
    ),
  ),
  column('firmware', ctx.t('field.firmware'), (row) => (
    <FirmwareText ctx={ctx} firmware={row.firmware} side={row.firmwareSide} />
  )),
  column('exploitation', ctx.t('cfind.exploitation'), { sort: true, fit: true }, (row) => (
    <ExploitationMark ctx={ctx} row={row} />
  )),
  column('verdict', ctx.t('cfind.verdict'), { fit: true, rec: 'b' }, (row) => <VerdictMark ctx={ctx} row={row} />),
  column('fix', ctx.t('cfind.fix'), { rec: 'd' }, (row) => <RemedyMark ctx={ctx} row={row} />),
  column('fixed', ctx.t('common.fixedIn'), { optional: true }, (row) => (
    <span translate="no">{row.fixedVersion === '' ? '–' : row.fixedVersion}</span>
  )),
  ...(isOfOne
    ? []
    : [
        column('controllers', ctx.t('nav.controllers'), { num: true, sort: true }, (row: ControllerFindingRow) => (
          <Count n={row.controllers} href={paths.controllerFinding(row.id)} />
        )),
      ]),
  column('since', ctx.t('common.openSince'), { sort: true, fit: true, optional: true }, (row) => (
    <Time at={row.since} form="date" />
  )),
];
