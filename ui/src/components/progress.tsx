import type { Child } from 'hono/jsx';
import { useCtx } from '../context.ts';
import { Shape, type ShapeName } from './status.tsx';
import { To } from './text.tsx';

type StepState = 'done' | 'running' | 'waiting' | 'failed';

const shapes: Readonly<Record<StepState, ShapeName>> = {
  done: 'done',
  running: 'half',
  waiting: 'dashed',
  failed: 'critical',
};

/** Steps with a hidden word for each shape. */
export const Steps = ({
  steps,
}: {
  steps: readonly { readonly state: StepState; readonly label: Child; readonly detail?: Child }[];
}) => {
  const ctx = useCtx();
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li>
          <span
            class="status"
            data-l={step.state === 'running' ? 'running' : step.state === 'failed' ? 'critical' : undefined}
          >
            <Shape name={shapes[step.state]} />
            <span class="vh">{ctx.tDynamic(`step.${step.state}`)}: </span>
            <span>{step.label}</span>
          </span>
          {step.detail === undefined ? null : <span>{step.detail}</span>}
        </li>
      ))}
    </ol>
  );
};

/** A bar of done of total. */
export const Progress = ({ label, done, total }: { label: string; done: number; total: number }) => (
  <progress aria-label={label} value={total === 0 ? 0 : Math.min(done, total)} max={total === 0 ? 1 : total} />
);

export type WizardStep = {
  readonly label: string;
  readonly outcome: Child;
  readonly state: 'done' | 'now' | 'later';
  readonly href?: string | undefined;
};

/** Numbered steps, each with an address. */
export const Wizard = ({ label, steps }: { label: string; steps: readonly WizardStep[] }) => {
  const ctx = useCtx();
  return (
    <nav aria-label={label}>
      <ol class="wizard">
        {steps.map((step, index) => {
          const inner = (
            <>
              <b>{ctx.t('common.step', { n: index + 1, label: step.label })}</b>
              <span class="small">{step.outcome}</span>
            </>
          );
          return (
            <li data-s={step.state} aria-current={step.state === 'now' ? 'step' : undefined}>
              {step.href === undefined ? inner : <To href={step.href}>{inner}</To>}
            </li>
          );
        })}
      </ol>
    </nav>
  );
};
