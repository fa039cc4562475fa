import { Facts, Panel } from '../components/panel.tsx';
import { Age, To, Unknown } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { paths } from '../paths.ts';
import { differenceWords } from './integrity.tsx';
import type { ProgramRowView } from './integrity-model.ts';
import { ProgramStatus } from './program-state.tsx';

/** On the page of a controller: its program against what was approved, and how many hardening rules found something. */
export const ProgramPanel = ({ ctx, row }: { ctx: Ctx; row: ProgramRowView }) => (
  <Panel
    title={ctx.t('integrity.state')}
    link={<To href={paths.controllerProgram(row.id)}>{ctx.t('integrity.details')}</To>}
    body
  >
    <Facts
      rows={[
        [ctx.t('integrity.state'), <ProgramStatus ctx={ctx} row={row} />],
        [
          ctx.t('common.whatDiffers'),
          row.differences.length === 0 ? <Unknown /> : differenceWords(ctx, row.differences),
        ],
        [ctx.t('integrity.readAt'), row.readAt === null ? <Unknown /> : <Age at={row.readAt} />],
        [ctx.t('integrity.hardening'), ctx.t('integrity.hardeningCounts', { found: row.found, unknown: row.unknown })],
      ]}
    />
  </Panel>
);
