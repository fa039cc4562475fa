import { useCtx } from '../context.ts';
import type { Decision, FixState } from '../model.ts';
import { Panel } from './panel.tsx';
import { DecisionMark } from './status.tsx';
import { column, DataTable } from './table.tsx';
import { Count } from './text.tsx';

const decisions: readonly Decision[] = ['act', 'attend', 'track-star', 'track'];
const fixes: readonly FixState[] = ['available', 'none', 'undetermined'];

type DecisionMatrixProps = {
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
export const DecisionMatrix = ({ title, caption, matrix, fixLabel, link, withMeaning }: DecisionMatrixProps) => {
  const ctx = useCtx();
  return (
    <Panel title={title} context={ctx.t('vuln.matrixContext')}>
      <DataTable<(typeof decisions)[number]>
        plain
        records="labelled"
        caption={caption}
        rows={decisions}
        columns={[
          column('decision', ctx.t('common.decision'), { head: true, fit: true }, (row) => (
            <DecisionMark decision={row} count={allOf(matrix[row])} />
          )),
          ...fixes.map((fix) =>
            column(fix, fixLabel(fix), { num: true }, (row: Decision) => (
              <Count n={matrix[row][fix]} href={link(row, fix)} />
            )),
          ),
          column('all', ctx.t('vuln.all'), { num: true }, (row) => (
            <strong>
              <Count n={allOf(matrix[row])} href={link(row)} />
            </strong>
          )),
          ...(withMeaning
            ? [
                column('meaning', ctx.t('vuln.meaning'), { hideNarrow: true }, (row: Decision) => (
                  <span class="second">{ctx.t(`decision.${row}.meaning`)}</span>
                )),
              ]
            : []),
        ]}
      />
    </Panel>
  );
};
