import { Status } from '../components/status.tsx';
import type { Ctx } from '../context.ts';
import type { Level } from '../model.ts';
import type { ProgramRowView } from './integrity-model.ts';

type Shown = Pick<ProgramRowView, 'state' | 'why' | 'onlyProject'>;

/** What the state of a program asks for; what is not known is not a colour. */
const programLevel = ({ state, onlyProject }: Shown): Level => {
  switch (state) {
    case 'ok':
      return 'ok';
    case 'changed':
      return onlyProject ? 'warning' : 'critical';
    default:
      return 'not-visible';
  }
};

/** Shape and word of a state, with why it is not known. */
export const ProgramStatus = ({ ctx, row }: { ctx: Ctx; row: Shown }) => (
  <Status level={programLevel(row)}>
    {ctx.t(`integrity.state.${row.state}`)}
    {row.why === null ? null : <span class="second">: {ctx.tDynamic(`integrity.why.${row.why}`)}</span>}
  </Status>
);
