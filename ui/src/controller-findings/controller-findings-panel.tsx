import { Empty, Notice, Panel } from '../components/panel.tsx';
import { DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { CoverageState } from '../model.ts';
import { paths } from '../paths.ts';
import { type ControllerFindingRow, controllerFindingColumns, HeldBy } from './controller-finding-table.tsx';

/** What "no findings" of a controller is worth, and why not more. */
type ControllerCoverageView = {
  readonly state: CoverageState;
  readonly reasons: readonly {
    readonly code: string;
    readonly vendor: string;
    readonly parts: number;
    readonly documents: number;
    readonly newest: string;
  }[];
};

export type ControllerFindingsView = {
  /** Affected and for review, most urgent first. */
  readonly rows: readonly ControllerFindingRow[];
  /** Held back by accepted risks and compensating controls, with what holds them. */
  readonly held: readonly ControllerFindingRow[];
  /** Compared and certainly not affected. */
  readonly notAffected: number;
  /** What "no findings" is worth here. */
  readonly coverage: ControllerCoverageView;
  /** How far the advisories about controllers reach. */
  readonly ends: readonly { readonly feed: string; readonly newest: string }[];
};

/** How far the knowledge reaches, per source: what came later is not known here. */
export const KnowledgeEnds = ({ ctx, ends }: { ctx: Ctx; ends: ControllerFindingsView['ends'] }) =>
  ends.length === 0 ? null : (
    <ul>
      {ends.map(({ feed, newest }) => (
        <li class="second">{ctx.t('cfind.ends', { date: ctx.fmt.date(newest), feed })}</li>
      ))}
    </ul>
  );

/** What of a controller is not judged, each with its reason. */
const NotJudged = ({ ctx, coverage }: { ctx: Ctx; coverage: ControllerCoverageView }) =>
  coverage.reasons.length === 0 ? null : (
    <Notice
      level="warning"
      title={ctx.t(coverage.state === 'not-judged' ? 'coverage.notTitle' : 'coverage.partlyTitle')}
    >
      <ul>
        {coverage.reasons.map(({ code, vendor, parts, documents, newest }) => (
          <li>
            {ctx.tDynamic(`cfind.why.${code}`, {
              vendor,
              n: parts,
              documents,
              date: newest === '' ? '–' : ctx.fmt.date(newest),
            })}
          </li>
        ))}
      </ul>
    </Notice>
  );

/** What advisories say of one controller and its modules. */
export const ControllerFindingsPanel = ({ ctx, view }: { ctx: Ctx; view: ControllerFindingsView }) => (
  <Panel title={ctx.t('cfind.title')} id="findings">
    {view.rows.length > 0 ? (
      <DataTable
        caption={ctx.t('cfind.title')}
        rows={view.rows}
        records
        lines
        columns={controllerFindingColumns(ctx, { isOfOne: true })}
      />
    ) : view.coverage.reasons.some(({ code }) => code === 'no-advisories') ? (
      <Empty title={ctx.t('cfind.noKnowledge')}>{ctx.t('cfind.noKnowledgeWhy')}</Empty>
    ) : (
      <Empty title={ctx.t(view.coverage.state === 'judged' ? 'cfind.none' : `coverage.${view.coverage.state}`)}>
        {view.coverage.state === 'judged' ? ctx.t('cfind.noneOfOne') : null}
      </Empty>
    )}
    {view.held.length === 0 ? null : (
      <details class="body">
        <summary>{ctx.t('cfind.heldN', { n: view.held.length })}</summary>
        <ul>
          {view.held.map((row) => (
            <li>
              <To href={paths.controllerFinding(row.id)} translate="no">
                {row.vulnerability}
              </To>
              {row.part === undefined || row.part === '' ? null : <span translate="no"> {row.part}</span>}
              <HeldBy ctx={ctx} row={row} />
            </li>
          ))}
        </ul>
      </details>
    )}
    <div class="body">
      <NotJudged ctx={ctx} coverage={view.coverage} />
      {view.notAffected === 0 ? null : (
        <p class="second">
          {ctx.t('cfind.verdict.not-affected')}: {ctx.fmt.number(view.notAffected)}
        </p>
      )}
      <KnowledgeEnds ctx={ctx} ends={view.ends} />
    </div>
  </Panel>
);
