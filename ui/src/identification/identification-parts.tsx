import { Status } from '../components/status.tsx';
import type { Ctx } from '../context.ts';
import { type JobStateView, jobLevels, type PlaceView } from './identification-model.ts';

/** The state of a job, or of one of its runs. */
export const JobMark = ({ ctx, state }: { ctx: Ctx; state: JobStateView }) => (
  <Status level={jobLevels[state]}>{ctx.t(`identification.state.${state}`)}</Status>
);

export const placeText = (ctx: Ctx, { agent }: PlaceView): string =>
  agent === undefined ? ctx.t('identification.appliance') : ctx.t('identification.agentOf', { name: agent });

/** Why something ended early; what has no words stands as it is. */
export const whyText = (ctx: Ctx, code: string, detail: string | undefined): string =>
  [ctx.tDynamic(`identification.code.${code}`, {}, code), detail ?? ''].filter((part) => part !== '').join(': ');
