import { Notice } from '../components/panel.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';

export type NextStepLink = { readonly name: string; readonly path: string };

/** Leads from the page on which a step of the setup ended to the next one. */
export const NextStep = ({ ctx, step }: { ctx: Ctx; step: NextStepLink | undefined }) =>
  step === undefined ? null : (
    <Notice
      level="running"
      title={ctx.rich('work.nextStep', {
        step: <To href={step.path}>{ctx.tDynamic(`work.step.${step.name}`)}</To>,
      })}
    />
  );
