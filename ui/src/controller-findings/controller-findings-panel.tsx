import { Empty, Panel } from '../components/panel.tsx';
import { DataTable } from '../components/table.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { type ControllerFindingRow, controllerFindingColumns, HeldBy } from './controller-finding-table.tsx';

export type ControllerFindingsView = {
  /** Affected and for review, most urgent first. */
  readonly rows: readonly ControllerFindingRow[];
  /** Held back by accepted risks and compensating controls, with what holds them. */
  readonly held: readonly ControllerFindingRow[];
  /** Compared and certainly not affected. */
  readonly notAffected: number;
  /** Parts that were not compared yet, and those of which too little is known. */
  readonly waiting: number;
  readonly unknownParts: number;
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
    ) : view.ends.length === 0 ? (
      <Empty title={ctx.t('cfind.noKnowledge')}>{ctx.t('cfind.noKnowledgeWhy')}</Empty>
    ) : (
      <Empty title={ctx.t('cfind.none')}>{ctx.t('cfind.noneWhy')}</Empty>
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
      {view.waiting === 0 ? null : <p>{ctx.t('cfind.waiting', { n: view.waiting })}</p>}
      {view.unknownParts === 0 ? null : <p>{ctx.t('cfind.unknownParts', { n: view.unknownParts })}</p>}
      {view.notAffected === 0 ? null : (
        <p class="second">
          {ctx.t('cfind.verdict.not-affected')}: {ctx.fmt.number(view.notAffected)}
        </p>
      )}
      <KnowledgeEnds ctx={ctx} ends={view.ends} />
    </div>
  </Panel>
);
