import type { Ctx } from '../context.ts';
import type { Decision } from '../model.ts';
import { DecisionMark } from './status.tsx';
import { type Column, column } from './table.tsx';

/** The column of a list whose rows have the decision about findings. */
export const decisionColumn = (ctx: Ctx): Column<{ readonly decision: Decision }> =>
  column('decision', ctx.t('common.decision'), { fit: true, sort: true, rec: 'b' }, ({ decision }) => (
    <DecisionMark decision={decision} />
  ));
