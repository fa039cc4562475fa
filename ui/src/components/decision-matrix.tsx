import type { Ctx } from '../context.ts';
import type { Decision, FixState } from '../model.ts';
import { Panel } from './panel.tsx';
import { DecisionMark } from './status.tsx';
import { DataTable } from './table.tsx';
import { Count } from './text.tsx';

const decisions: readonly Decision[] = ['act', 'attend', 'track-star', 'track'];
const fixes: readonly FixState[] = ['available', 'none', 'undetermined'];

type DecisionMatrixProps = {
  readonly ctx: Ctx;
  readonly title: string;
  readonly caption: string;
  readonly matrix: Readonly<Record<Decision, Readonly<Record<FixState, number>>>>;
  readonly fixLabel: (fix: FixState) => string;
  /** The list that a number counts; without a fix, of the whole row. */
  readonly link: (decision: Decision, fix?: FixState) => string;
  /** A last column that says what each decision means. */
  readonly withMeaning?: boolean;
};

const allOf = (row: Readonly<Record<FixState, number>>): number => fixes.reduce((all, fix) => all + row[fix], 0);

/** Decision × state of the fix; each number opens its list. */
export const DecisionMatrix = ({ ctx, title, caption, matrix, fixLabel, link, withMeaning }: DecisionMatrixProps) => (
  <Panel title={title} context={ctx.t('vuln.matrixContext')}>
    <DataTable
      ctx={ctx}
      plain
      records="labelled"
      caption={caption}
      rows={decisions}
      columns={[
        {
          key: 'decision',
          label: ctx.t('vuln.decision'),
          head: true,
          fit: true,
          cell: (row) => <DecisionMark ctx={ctx} decision={row} count={allOf(matrix[row])} />,
        },
        ...fixes.map((fix) => ({
          key: fix,
          label: fixLabel(fix),
          num: true,
          cell: (row: Decision) => <Count ctx={ctx} n={matrix[row][fix]} href={link(row, fix)} />,
        })),
        {
          key: 'all',
          label: ctx.t('vuln.all'),
          num: true,
          cell: (row) => (
            <strong>
              <Count ctx={ctx} n={allOf(matrix[row])} href={link(row)} />
            </strong>
          ),
        },
        ...(withMeaning
          ? [
              {
                key: 'meaning',
                label: ctx.t('vuln.meaning'),
                hideNarrow: true,
                cell: (row: Decision) => <span class="second">{ctx.t(`decision.${row}.meaning`)}</span>,
              },
            ]
          : []),
      ]}
    />
  </Panel>
);
